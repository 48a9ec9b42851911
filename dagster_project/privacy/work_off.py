"""Carries out the requests that wait, all of them in one pass."""

from dagster_project.domain.errors import Customer360Error
from dagster_project.privacy.erase import Company, erase, finish_erasures, receipt_exists
from dagster_project.privacy.journal import Reached
from dagster_project.privacy.people import check_limits
from dagster_project.privacy.queue import Waiting, name_of, read_queue, take_out
from dagster_project.privacy.receipt import Receipt


def work_off(company: Company, *, reached: Reached = lambda point: None) -> Receipt | None:
    """Erase whom the queue asks for and nobody need confirm; nothing where nobody waits.

    A pass that was killed is finished first; its requests are then taken out and not repeated.
    """
    finish_erasures(company, reached=reached)
    waiting = [
        w for w in read_queue(company.root) if w.may_go(two_people=company.rules.two_people)
    ]
    if not waiting:
        return None
    for each in waiting:
        _check(each, company)
    name = name_of(waiting)
    receipt = None
    if not receipt_exists(company.root, name):
        receipt = erase(company, [w.request for w in waiting], name=name, reached=reached)
    take_out(waiting)
    return receipt


def _check(waiting: Waiting, company: Company) -> None:
    """A mistake is told with its line, and before anybody's erasure is begun."""
    try:
        check_limits(waiting.request, company.sources)
    except Customer360Error as wrong:
        raise Customer360Error(
            wrong.what, f"{waiting.file}:{waiting.line}", wrong.remedy
        ) from None
