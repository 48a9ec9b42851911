"""The cluster of one customer as a picture: records as nodes, links with their match weights.

Drawn as Splink's cluster studio has it: what joins is a line, the weakest link of the strongest path
is marked, and pairs that speak against the customer are dashed.
"""

from dataclasses import dataclass, field
from math import cos, pi, sin
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.steward.apart import bits
from dagster_project.identity.steward.customers import CustomerEvidence, Link
from dagster_project.identity.steward.waterfall import AGAINST, FOR, TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_NODES = 40
"""Records whose names find room beside the circle; larger customers are read as text."""

_ALL_LABELLED = 6
"""Records up to which every link says its weight; in larger ones those of the strongest path do."""

_SIZE = (11.0, 7.4)
"""Inches; a unit of the drawing is a quarter of the width, so that names have two thirds of it."""

_LIMITS = (2.1, 1.3)
_NAME_GAP = 0.12
"""Between the middles of two names, which take two lines of 8 points."""

_PLACES = (0.5, 0.6, 0.4, 0.68, 0.32, 0.76, 0.24, 0.84, 0.16)
"""Where along its line a weight may stand, the best first."""

_Place = tuple[float, float]


def draw_cluster(found: CustomerEvidence, names: dict[str, str], file: Path) -> None:
    """Write the picture; ``names``: record → what it is called, masked or not."""
    cluster_figure(found, names).savefig(file, dpi=120)


def cluster_figure(found: CustomerEvidence, names: dict[str, str]) -> "Figure":
    """The picture, not written yet."""
    if len(found.members) > MOST_NODES:
        raise Customer360Error(
            f"this customer has more than {MOST_NODES} records, too many for a picture",
            found.customer_id,
            "read it as text, without --picture",
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=_SIZE, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(-_LIMITS[0], _LIMITS[0])
    axes.set_ylim(-_LIMITS[1], _LIMITS[1])
    axes.set_aspect("equal")
    axes.set(xticks=[], yticks=[], frame_on=False)
    places = _circle([member.record_id for member in found.members])
    _draw_links(axes, places, found)
    _draw_names(axes, places, names)
    figure.suptitle(
        f"customer {found.customer_id}: {counted(len(found.members), 'record')}",
        fontsize=12,
        fontweight="bold",
        color=TOTAL,
    )
    axes.set_title(
        "lines: links with their match weight in bits · red: the weakest, where it would come apart "
        "first · dashed: what speaks against it",
        fontsize=9,
        color="#555555",
    )
    return figure


def _circle(records: list[str]) -> dict[str, _Place]:
    """From the top clockwise, so that the first names are read first."""
    turn = 2 * pi / max(len(records), 1)
    return {
        record: (sin((n + 0.5) * turn), cos((n + 0.5) * turn))
        for n, record in enumerate(records)
    }


def _draw_names(axes: "Axes", places: dict[str, _Place], names: dict[str, str]) -> None:
    """Names in a column on each side, each level with its node or next to that."""
    across, up = zip(*places.values(), strict=True)
    axes.scatter(across, up, s=150, color=TOTAL, zorder=3)
    for side in (1, -1):
        mine = sorted(
            (r for r, (x, _) in places.items() if (x >= 0) == (side > 0)),
            key=lambda r: -places[r][1],
        )
        levels = _spread([places[record][1] for record in mine])
        for record, level in zip(mine, levels, strict=True):
            x, y = places[record]
            axes.plot([x, side * 1.12], [y, level], color="#bbbbbb", lw=0.6, zorder=0)
            axes.annotate(
                f"{names.get(record, '–')}\n{_short(record)}",
                (side * 1.14, level),
                ha="left" if side > 0 else "right",
                va="center",
                fontsize=8,
            )


def _spread(levels: list[float]) -> list[float]:
    """Levels from the top down, moved as little as it takes to keep names apart."""
    spread: list[float] = []
    for level in levels:
        spread.append(min(level, spread[-1] - _NAME_GAP) if spread else level)
    below = min(0.0, spread[-1] + _LIMITS[1] - _NAME_GAP) if spread else 0.0
    return [level - below for level in spread]


@dataclass
class _Room:
    """Where weights stand already; sizes are those of 8-point digits in units of the drawing."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def find(self, start: _Place, end: _Place, text: str) -> _Place | None:
        """A place on the line where nothing stands, if there is one."""
        spots = [
            (start[0] + part * (end[0] - start[0]), start[1] + part * (end[1] - start[1]))
            for part in _PLACES
        ]
        half = 0.018 * len(text) + 0.02
        free = next((spot for spot in spots if self._is_free(spot, half)), None)
        if free is not None:
            self.taken.append((free[0] - half, free[1] - 0.04, free[0] + half, free[1] + 0.04))
        return free

    def _is_free(self, spot: _Place, half: float) -> bool:
        return not any(
            spot[0] - half < right
            and spot[0] + half > left
            and spot[1] - 0.04 < top
            and spot[1] + 0.04 > bottom
            for left, bottom, right, top in self.taken
        )


def _draw_links(axes: "Axes", places: dict[str, _Place], found: CustomerEvidence) -> None:
    path = {frozenset((tie.record_id_l, tie.record_id_r)) for tie in found.path}
    weakest = (
        frozenset((found.weakest.tie.record_id_l, found.weakest.tie.record_id_r))
        if found.weakest
        else frozenset()
    )
    room = _Room([(x - 0.06, y - 0.06, x + 0.06, y + 0.06) for x, y in places.values()])
    # The weakest first, then the path: what finds no place is left to the text of the command.
    for link in sorted(found.links, key=lambda k: (_ends(k) != weakest, _ends(k) not in path)):
        ends = _ends(link)
        (x1, y1), (x2, y2) = places[link.record_id_l], places[link.record_id_r]
        speaks_against = link.weight < 0
        axes.plot(
            [x1, x2], [y1, y2],
            color=AGAINST if speaks_against or ends == weakest else FOR,
            linestyle="--" if speaks_against else "-",
            linewidth=2.6 if ends == weakest else 1.2,
            zorder=1,
        )  # fmt: skip
        is_labelled = ends in path or speaks_against or len(places) <= _ALL_LABELLED
        text = link.said if link.odds is None else f"{bits(link.odds)}{link.said}"
        place = room.find((x1, y1), (x2, y2), text) if is_labelled else None
        if place is None:
            continue
        axes.annotate(
            text,
            place,
            ha="center",
            va="center",
            fontsize=8,
            zorder=2,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )


def _ends(link: Link) -> frozenset[str]:
    return frozenset((link.record_id_l, link.record_id_r))


def _short(record_id: str, most: int = 34) -> str:
    """Shortened inside its native id, which vendors count up at the end."""
    if len(record_id) <= most:
        return record_id
    kind, _, native = record_id.rpartition(":")
    return f"{kind}:…{native[-max(8, most - len(kind) - 2) :]}"
