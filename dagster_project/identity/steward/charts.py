"""The model as pictures: match weights per level, the histogram of scores, counts of blocking rules.

The charts that users of Splink know: what each comparison level is worth (m against u), how the
compared pairs' match weights are spread, and what each blocking rule brings.
"""

from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from dagster_project.config.identity import IdentitySpec
from dagster_project.identity.comparing.patterns import COMPARISONS, is_known
from dagster_project.identity.learning.model import Model
from dagster_project.identity.steward.apart import bits
from dagster_project.identity.steward.waterfall import AGAINST, FOR, TOTAL
from dagster_project.identity.workspace import Workspace

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def draw_model(work: Workspace, spec: IdentitySpec, model: Model, folder: Path) -> list[Path]:
    """Write the three charts of the opened evidence into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    charts = {
        "match_weights.png": _match_weights(work, model),
        "score_histogram.png": _scores(work, spec),
        "blocking_rules.png": _blocking(work, spec, model),
    }
    for name, figure in charts.items():
        figure.savefig(folder / name, dpi=100)
    return [folder / name for name in charts]


def level_weights(work: Workspace, model: Model) -> list[tuple[str, float, float]]:
    """``comparison: level``, m and u of every level of what the records have at all."""
    known = {str(column[0]) for column in work.rows("select name from work.known_column")}
    return [
        (f"{c.name}: {level.name}".replace("_", " "), match, non_match)
        for c, matches, non_matches in zip(
            COMPARISONS, model.match, model.non_match, strict=False
        )
        if c.name != "source" and is_known(c, known)
        for level, match, non_match in zip(c.levels, matches, non_matches, strict=True)
    ]


def _match_weights(work: Workspace, model: Model) -> "Figure":
    levels = level_weights(work, model)
    weights = [float(np.log2(match / non_match)) for _, match, non_match in levels]
    figure = _figure(0.22 * len(levels) + 1.5)
    axes = figure.add_subplot()
    axes.barh(range(len(levels)), weights, color=[FOR if w >= 0 else AGAINST for w in weights])
    comparisons = [name.partition(":")[0] for name, _, _ in levels]
    for place, (above, below) in enumerate(pairwise(comparisons)):
        if above != below:
            axes.axhline(place + 0.5, color="#dddddd", linewidth=0.8, zorder=0)
    room = 0.3 * (max(weights) - min(weights) or 1.0)
    axes.set_xlim(min(0.0, *weights) - room, max(0.0, *weights) + room)
    for place, ((_, match, non_match), weight) in enumerate(zip(levels, weights, strict=True)):
        axes.annotate(
            f"{bits(weight)}  (m {match:.2g}, u {non_match:.2g})",
            (weight, place),
            xytext=(4 if weight >= 0 else -4, 0),
            textcoords="offset points",
            ha="left" if weight >= 0 else "right",
            va="center",
            fontsize=7.5,
        )
    axes.set_yticks(range(len(levels)), [name for name, _, _ in levels], fontsize=8)
    axes.set_ylim(len(levels) - 0.4, -0.6)
    axes.axvline(0, color="#999999", linewidth=0.7)
    axes.set_xlabel(
        "match weight in bits: log2(m / u); m: share among matches, u: among non-matches"
    )
    axes.set_title(
        f"what each level of a comparison says (model {model.version}); prior {bits(model.prior_bits)}",
        fontsize=10,
    )
    return figure


def _scores(work: Workspace, spec: IdentitySpec) -> "Figure":
    rows = work.rows(
        """
        select floor(edge.odds / 10.0)::integer as bin, l.cluster = r.cluster as is_one, count(*)
        from kept.edge
        inner join kept.assignment as l on edge.l = l.rid
        inner join kept.assignment as r on edge.r = r.rid
        group by all
        order by all
        """
    )
    figure = _figure(5)
    axes = figure.add_subplot()
    for is_one, color, label in (
        (True, FOR, "one customer"),
        (False, AGAINST, "two customers"),
    ):
        found = [(int(b), int(n)) for b, one, n in rows if bool(one) is is_one]
        if found:
            bins, counts = zip(*found, strict=True)
            axes.bar(bins, counts, width=1.0, align="edge", color=color, alpha=0.6, label=label)
            axes.legend(fontsize=8)
    if rows:
        axes.set_yscale("log")
        axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.axvline(spec.clusters.merge_bits, color="black", linestyle="--", linewidth=1)
    axes.set_xlabel(
        "match weight in bits, prior included "
        f"(dashed: a link needs more than {bits(spec.clusters.merge_bits)})"
    )
    axes.set_ylabel("compared pairs")
    axes.set_title("match weights of all compared pairs", fontsize=10)
    return figure


def rule_counts(work: Workspace, spec: IdentitySpec, model: Model) -> list[tuple[str, int]]:
    """Per blocking rule the pairs it brings by itself; past its cap a value's records meet neighbours."""
    caps = [cap for _, cap in model.rules]
    rows = work.rows(
        """
        with

        cap as (select unnest(range(len($1::integer[]))) as rule, unnest($1::integer[]) as most),

        block as (select rule, key, count(*) as records from kept.key group by rule, key)

        select block.rule, sum(
            case
                when block.records <= cap.most then block.records * (block.records - 1) // 2
                else block.records * $2
            end
        )
        from block
        inner join cap on block.rule = cap.rule
        group by block.rule
        """,
        [caps, spec.blocking.window],
    )
    found = {int(rule): int(pairs) for rule, pairs in rows}
    return [
        (
            " + ".join(blocking_keys).replace("_", " ") or "everybody with everybody",
            found.get(n, 0),
        )
        for n, (blocking_keys, _) in enumerate(model.rules)
    ]


def _blocking(work: Workspace, spec: IdentitySpec, model: Model) -> "Figure":
    counts = rule_counts(work, spec, model)
    figure = _figure(0.28 * len(counts) + 1.5)
    axes = figure.add_subplot()
    axes.barh(range(len(counts)), [pairs for _, pairs in counts], color=TOTAL)
    for place, (_, pairs) in enumerate(counts):
        axes.annotate(
            f"{pairs:,}", (pairs, place), xytext=(4, 0), textcoords="offset points",
            va="center", fontsize=8,
        )  # fmt: skip
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlim(0, 1.15 * max([1, *(pairs for _, pairs in counts)]))
    axes.set_yticks(range(len(counts)), [name for name, _ in counts], fontsize=9)
    axes.set_ylim(len(counts) - 0.4, -0.6)
    axes.set_xlabel("pairs that the blocking rule brings by itself")
    recall = "–" if model.blocking_recall is None else f"{model.blocking_recall:.1%}"
    axes.set_title(
        f"blocking rules; likely matches they find: {recall} (estimated)", fontsize=10
    )
    return figure


def _figure(height: float) -> "Figure":
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure
