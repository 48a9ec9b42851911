"""The evidence on a pair as a picture: from the prior to the odds, one bar per field."""

from pathlib import Path

from dagster_project.identity.steward.pairs import PRIOR, RARITY, Contribution, PairEvidence

_FOR, _AGAINST, _TOTAL = "#2a9d8f", "#d1495b", "#33415c"


def draw_waterfall(evidence: PairEvidence, file: Path) -> None:
    """Write the picture; its format follows from the file's ending (png, svg, pdf)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    bars = ordered(evidence)
    figure = Figure(figsize=(9, 0.45 * (len(bars) + 1) + 1.4), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    running = 0.0
    for place, bar in enumerate(bars):
        axes.barh(place, bar.bits, left=running, color=_FOR if bar.bits >= 0 else _AGAINST)
        axes.annotate(
            f"{bar.bits:+.1f}",
            (max(running, running + bar.bits), place),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
        )
        running += bar.bits
    axes.barh(len(bars), evidence.odds, color=_TOTAL)
    axes.axvline(evidence.needed, color="black", linestyle="--", linewidth=1)
    axes.set_yticks(
        range(len(bars) + 1),
        [f"{bar.field}: {bar.level}" for bar in bars] + [f"odds ({evidence.probability:.3f})"],
    )
    axes.set_xlim(auto=True)
    axes.invert_yaxis()
    axes.margins(x=0.12)
    axes.set_xlabel(f"bits of evidence (dashed: a link needs {evidence.needed:g})")
    axes.set_title(f"{evidence.record_id_l}\n{evidence.record_id_r}", fontsize=9)
    figure.savefig(file)


def ordered(evidence: PairEvidence) -> list[Contribution]:
    """The prior first, then the fields by their force, rarity last."""
    rank = {PRIOR: 0, RARITY: 2}
    return sorted(
        evidence.contributions, key=lambda c: (rank.get(c.field, 1), -abs(c.bits), c.field)
    )
