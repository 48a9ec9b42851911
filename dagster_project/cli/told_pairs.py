"""What is said of two records or customers: the verdict and its reason, the evidence, what would turn it.

The same words for records of a warehouse (``c360 explain``) and of a table (``c360 resolve``).
"""

from pathlib import Path

from rich.markup import escape

from dagster_project.cli.terminal import console
from dagster_project.config.identity import IdentitySpec
from dagster_project.domain.counts import counted
from dagster_project.domain.errors import Customer360Error
from dagster_project.identity.learning.model import Model
from dagster_project.identity.steward.apart import Apart, Reason, bits, explain_apart
from dagster_project.identity.steward.pairs import PairEvidence, what_would_change
from dagster_project.identity.steward.subjects import Subject
from dagster_project.identity.steward.waterfall import draw_waterfall, ordered
from dagster_project.identity.workspace import Workspace

_BAR = 24
"""Characters of the longest bar of a waterfall in text."""


def print_judged(
    work: Workspace,
    spec: IdentitySpec,
    model: Model,
    subjects: tuple[Subject, Subject],
    *,
    shown: bool,
    picture: Path | None,
) -> None:
    """Verdict and reason on two subjects, their strongest pair, and what would turn the answer."""
    found = explain_apart(work, spec, model, *subjects, shown=shown)
    console.print(f"[bold]{escape(found.sentence)}[/]", markup=True)
    if found.judged_by:
        console.print("  see `c360 judgements`")
    if found.net_bits is not None and not all(one.is_record for one in subjects):
        console.print(
            f"  all pairs between the two say {bits(found.net_bits)} bits together"
            + (
                f", {counted(found.vetoed_pairs, 'more is', 'more are')} vetoed"
                if found.vetoed_pairs
                else ""
            )
        )
    if found.best is None:
        return
    console.print()
    _print_evidence(found.best)
    for line in _advice(found, spec, model):
        console.print(f"  · {line}", markup=False)
    _draw(found, picture)


def _advice(found: Apart, spec: IdentitySpec, model: Model) -> list[str]:
    """What would turn the answer; where other records or words decide, fields do not."""
    best = found.best
    if best is None or found.reason in _DECIDED_ELSEWHERE:
        return []
    if found.is_one and not best.speaks_for:
        return []
    weak = found.reason is Reason.AMBIGUOUS
    found_lines = what_would_change(
        best, model, is_one=found.is_one, needed=spec.clusters.sure_bits if weak else None
    )
    if found.reason is Reason.VETOED and not found_lines:
        return ["no other value of one or two fields would join them: a steward's word would"]
    return found_lines


_DECIDED_ELSEWHERE = (
    Reason.JUDGED,
    Reason.MAILBOX,
    Reason.LIMIT,
    Reason.OUTVOTED,
    Reason.UNSEEN,
)


def _print_evidence(evidence: PairEvidence) -> None:
    console.print(f"  {evidence.record_id_l}\n  {evidence.record_id_r}\n", markup=False)
    widest = max(abs(c.bits) for c in evidence.contributions) or 1.0
    for said in ordered(evidence):
        values = f"  {said.value_l}  |  {said.value_r}" if said.value_l else ""
        console.print(
            f"  {bits(said.bits):>6}  [{'green' if said.bits >= 0 else 'red'}]"
            f"{_bar(said.bits / widest)}[/]  {escape(said.field.replace('_', ' '))}: "
            f"{escape(said.level.replace('_', ' '))}",
            end="",
            markup=True,
        )
        console.print(values, markup=False, style="dim")
    console.print(
        f"  {bits(evidence.odds):>6}  match weight, probability {evidence.probability:.4f}; "
        f"a link needs more than {bits(evidence.needed)}"
    )
    if evidence.missing:
        missing = ", ".join(name.replace("_", " ") for name in evidence.missing)
        console.print(f"  no value on one side: {missing}", style="dim", markup=False)
    if not evidence.was_compared:
        console.print("  no blocking rule brought this pair together", style="yellow")


def _bar(share: float) -> str:
    """Evidence for to the right of the middle, against to its left: it survives a pipe."""
    length = round(_BAR / 2 * min(1.0, abs(share)))
    against, in_favour = ("█" * length, "") if share < 0 else ("", "█" * length)
    return f"{against:>{_BAR // 2}}│{in_favour:<{_BAR // 2}}"


def _draw(found: Apart, picture: Path | None) -> None:
    if picture is None or found.best is None:
        return
    require_picture(picture)
    draw_waterfall(found.best, found, picture)
    console.print(f"[green]✓[/] {escape(str(picture))}", markup=True)


def require_picture(picture: Path) -> None:
    """Refuse, before it is drawn, a file whose ending says no picture that is written."""
    if picture.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise Customer360Error(
            "a picture is a .png, .svg or .pdf file", str(picture), "name such a file"
        )
