"""The evidence on a pair as a picture: Splink's waterfall, from the prior to the match weight.

Prior first, one bar per comparison from the running total on, then the final match weight; the
threshold is a dashed line, verdict and reason stand in the title.
"""

from pathlib import Path
from textwrap import fill, shorten
from typing import TYPE_CHECKING

from dagster_project.identity.steward.apart import Apart, bits
from dagster_project.identity.steward.pairs import PRIOR, TF_WEIGHT, Contribution, PairEvidence
from dagster_project.identity.steward.values import SEPARATOR

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOR, AGAINST, TOTAL = "#2a9d8f", "#d1495b", "#33415c"
"""Colours of evidence for one customer, of evidence against it, and of sums."""

_MARGIN = 0.16
"""Share of the axis left free on both sides, for labels beyond the longest bar."""

_VALUE = 30
"""Characters of a masked value that are drawn."""


def draw_waterfall(evidence: PairEvidence, apart: Apart, file: Path) -> None:
    """Write the picture; its format follows from the file's ending (png, svg, pdf)."""
    waterfall_figure(evidence, apart).savefig(file, dpi=120)


def waterfall_figure(evidence: PairEvidence, apart: Apart) -> "Figure":
    """The picture, not written yet."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bars = ordered(evidence)
    figure = Figure(figsize=(11, 0.62 * (len(bars) + 1) + 2.2), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    running, ends = 0.0, [0.0, evidence.needed, evidence.odds]
    for place, bar in enumerate(bars):
        axes.barh(
            place, bar.bits, left=running, height=0.6, color=FOR if bar.bits >= 0 else AGAINST,
            zorder=2,
        )  # fmt: skip
        _label(axes, running, bar.bits, place)
        running += bar.bits
        ends.append(running)
        axes.plot(
            [running, running], [place - 0.3, place + 1.3], color="#999999", lw=0.7, zorder=1
        )
    axes.barh(len(bars), evidence.odds, height=0.6, color=TOTAL, zorder=2)
    _label(axes, 0.0, evidence.odds, len(bars))
    axes.axvline(evidence.needed, color="black", linestyle="--", linewidth=1, zorder=3)
    axes.axvline(0, color="#bbbbbb", linewidth=0.7, zorder=0)
    axes.set_yticks(
        range(len(bars) + 1),
        [_named(bar) for bar in bars]
        + [f"match weight\nprobability {evidence.probability:.4f}"],
        fontsize=8,
    )
    room = (max(ends) - min(ends) or 1.0) * _MARGIN
    axes.set_xlim(min(ends) - room, max(ends) + room)
    axes.invert_yaxis()
    axes.set_xlabel(
        f"match weight in bits (dashed: a link needs more than {bits(evidence.needed)})"
    )
    axes.set_title(
        f"{evidence.record_id_l}\n{evidence.record_id_r}",
        fontsize=8,
        loc="left",
        color="#555555",
    )
    figure.suptitle(
        fill(apart.sentence, 95),
        fontsize=11,
        fontweight="bold",
        color=FOR if apart.is_one else AGAINST,
    )
    return figure


def _label(axes: "Axes", start: float, length: float, place: int) -> None:
    """The bits beyond the far end of a bar, on a ground that no line shows through."""
    axes.annotate(
        bits(length),
        (start + length, place),
        xytext=(5 if length >= 0 else -5, 0),
        textcoords="offset points",
        ha="left" if length >= 0 else "right",
        va="center",
        fontsize=8,
        zorder=4,
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1.0},
    )


def _named(bar: Contribution) -> str:
    """A comparison with its level, and the masked values under it."""
    title = f"{bar.field.replace('_', ' ')}: {bar.level.replace('_', ' ')}"
    if not bar.value_l:
        return title
    return f"{title}\n{_first(bar.value_l)}  |  {_first(bar.value_r)}"


def _first(values: str) -> str:
    """The first of several values, and how many more there are."""
    first, *others = values.split(SEPARATOR)
    return shorten(first, _VALUE, placeholder="…") + (f" (+{len(others)})" if others else "")


def ordered(evidence: PairEvidence) -> list[Contribution]:
    """The prior first, then the fields by their force, term frequency last."""
    rank = {PRIOR: 0, TF_WEIGHT: 2}
    return sorted(
        evidence.contributions, key=lambda c: (rank.get(c.field, 1), -abs(c.bits), c.field)
    )
