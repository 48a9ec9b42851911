"""The cluster of one customer as a picture: records as nodes, links with their match weights.

Drawn as Splink's cluster studio has it: what joins is a line, the weakest link of the strongest path
is marked, and pairs that speak against the customer are dashed.
"""

from math import cos, pi, sin
from pathlib import Path
from typing import TYPE_CHECKING

from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.steward.apart import bits
from dagster_project.identity.steward.customers import CustomerEvidence, Link
from dagster_project.identity.steward.waterfall import AGAINST, FOR, TOTAL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_NODES = 40
"""Records that a circle has room for; larger customers are read as text."""

_ALL_LABELLED = 6
"""Records up to which every link says its weight; in larger ones those of the strongest path do."""

_Place = tuple[float, float]


def draw_cluster(found: CustomerEvidence, names: dict[str, str], file: Path) -> None:
    """Write the picture; ``names``: record → what it is called, masked or not."""
    if len(found.members) > MOST_NODES:
        raise Customer360Error(
            f"this customer has more than {MOST_NODES} records, too many for a picture",
            found.customer_id,
            "read it as text, without --picture",
        )
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 9), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = _circle([member.record_id for member in found.members])
    path = {frozenset((tie.record_id_l, tie.record_id_r)) for tie in found.path}
    weakest = (
        frozenset((found.weakest.tie.record_id_l, found.weakest.tie.record_id_r))
        if found.weakest
        else frozenset()
    )
    for link in found.links:
        ends = frozenset((link.record_id_l, link.record_id_r))
        is_labelled = ends in path or len(places) <= _ALL_LABELLED
        _draw_link(axes, places, link, is_weakest=ends == weakest, is_labelled=is_labelled)
    for record, (x, y) in places.items():
        axes.scatter([x], [y], s=260, color=TOTAL, zorder=3)
        axes.annotate(
            f"{names.get(record, '–')}\n{_short(record)}",
            (x, y),
            xytext=(x * 1.09, y * 1.09 + (0.03 if y >= 0 else -0.03)),
            ha="left" if x > 0.05 else "right" if x < -0.05 else "center",
            va="center",
            fontsize=8,
        )
    axes.set_xlim(-2.1, 2.1)
    axes.set_ylim(-1.35, 1.35)
    axes.set_axis_off()
    axes.set_title(
        f"{found.customer_id}\nlines: links with their match weight in bits; red: the weakest link, where "
        "it would come apart first; dashed: pairs that speak against it",
        fontsize=9,
    )
    figure.savefig(file, dpi=130)


def _circle(records: list[str]) -> dict[str, _Place]:
    turn = 2 * pi / max(len(records), 1)
    return {
        record: (cos(pi / 2 + n * turn), sin(pi / 2 + n * turn))
        for n, record in enumerate(records)
    }


def _draw_link(
    axes: "Axes", places: dict[str, _Place], link: Link, *, is_weakest: bool, is_labelled: bool
) -> None:
    (x1, y1), (x2, y2) = places[link.record_id_l], places[link.record_id_r]
    speaks_against = link.weight < 0
    axes.plot(
        [x1, x2], [y1, y2],
        color=AGAINST if speaks_against or is_weakest else FOR,
        linestyle="--" if speaks_against else "-",
        linewidth=2.6 if is_weakest else 1.2,
        zorder=1,
    )  # fmt: skip
    if is_labelled or speaks_against:
        # off the middle, so that labels of lines through the centre do not meet
        axes.annotate(
            link.said if link.odds is None else f"{bits(link.odds)}{link.said}",
            (x1 + 0.4 * (x2 - x1), y1 + 0.4 * (y2 - y1)),
            ha="center",
            va="center",
            fontsize=8,
            zorder=2,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
        )


def _short(record_id: str, most: int = 34) -> str:
    return record_id if len(record_id) <= most else record_id[: most - 1] + "…"
