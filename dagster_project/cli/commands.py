"""``c360``: the command line, thin. Every command starts something that also runs without it."""

import atexit
import gc

import click

from dagster_project.cli.audit import audit
from dagster_project.cli.benchmark import benchmark
from dagster_project.cli.by_hand import consent, rectify
from dagster_project.cli.check import check
from dagster_project.cli.clocks import clocks
from dagster_project.cli.demo import demo
from dagster_project.cli.desk import desk
from dagster_project.cli.doctor import doctor
from dagster_project.cli.erase import erase
from dagster_project.cli.evaluate import evaluate
from dagster_project.cli.explain import explain
from dagster_project.cli.export_person import export_person
from dagster_project.cli.find import find
from dagster_project.cli.judge import judgements, merge, split
from dagster_project.cli.listen import listen
from dagster_project.cli.options import Commands, add_examples
from dagster_project.cli.register import register
from dagster_project.cli.resolve import resolve
from dagster_project.cli.retain import retain
from dagster_project.cli.review import preview, review
from dagster_project.cli.root import compact, diff, dismiss, init, regate, reset
from dagster_project.cli.run import run
from dagster_project.cli.show import show
from dagster_project.cli.sql import sql
from dagster_project.cli.ui import ui
from dagster_project.cli.unmask import unmask
from dagster_project.config.access import keep_private

RARELY = (100_000, 20, 50)
"""How seldom garbage is looked for: importing Dagster, dbt and GX makes millions of objects that
stay, and looking through them took an eighth of the imports and a twentieth of a run."""


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="customer360", prog_name="c360")
def main() -> None:
    """Customer 360: one customer from CRM exports, social networks and e-mail engagement."""
    keep_private()
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)  # else the last look through all objects takes two CPU seconds


for _command in (
    demo, init, check, run, show, find, sql, ui, doctor,
    review, explain, preview, merge, split, judgements,
    resolve, evaluate, clocks, listen, benchmark,
    desk,
    register, consent, rectify, export_person, erase, retain, unmask, audit,
    regate, dismiss, diff, compact, reset,
):  # fmt: skip
    main.add_command(_command)

add_examples(main)
