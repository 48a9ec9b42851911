"""Drawings can be read: no label is cut off, none lies on another."""

from dataclasses import replace
from itertools import combinations, pairwise

import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from dagster_project.identity.steward.apart import Apart, Reason
from dagster_project.identity.steward.cluster_picture import MOST_NODES, cluster_figure
from dagster_project.identity.steward.customers import (
    CustomerEvidence,
    Link,
    Member,
    Tie,
    WeakestLink,
)
from dagster_project.identity.steward.pairs import PRIOR, TF_WEIGHT, Contribution, PairEvidence
from dagster_project.identity.steward.waterfall import waterfall_figure

NAME = "W••••• L••• T•••••"


def texts(figure: Figure) -> list[Text]:
    figure.canvas.draw()
    beyond = {
        tick.label1
        for axes in figure.axes
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim()))
        for tick in axis.get_major_ticks()
        if not min(low, high) <= tick.get_loc() <= max(low, high)  # not drawn
    }
    return [
        t
        for t in figure.findobj(Text)
        if t.get_text().strip() and t.get_visible() and t not in beyond
    ]


def cut_off(figure: Figure) -> list[str]:
    whole = figure.bbox.padded(1)
    return [
        t.get_text()
        for t in texts(figure)
        if not whole.containsx(t.get_window_extent().x0)
        or not whole.containsx(t.get_window_extent().x1)
        or not whole.containsy(t.get_window_extent().y0)
        or not whole.containsy(t.get_window_extent().y1)
    ]


def crossed(figure: Figure) -> list[tuple[str, str]]:
    boxes = [(t.get_text(), t.get_window_extent()) for t in texts(figure)]
    return [(a, b) for (a, x), (b, y) in combinations(boxes, 2) if x.overlaps(y)]


def customer(records: int, *, star: bool) -> CustomerEvidence:
    ids = [f"hubspot_apac:contact:{100000000000 + n}" for n in range(records)]
    pairs = [(ids[0], other) for other in ids[1:]] if star else list(pairwise(ids))
    links = tuple(Link(a, b, 26.5 - n, 26.5 - n) for n, (a, b) in enumerate(pairs))
    path = tuple(Tie(a, b, 26.5 - n, "email=same") for n, (a, b) in enumerate(pairs))
    weakest = WeakestLink(path[-1], records - 1, 1, 2.5) if path else None
    members = tuple(Member(record, "hubspot_apac") for record in ids)
    return CustomerEvidence("cd79384cf176ec6cd39d5", members, path, weakest, (), links=links)


@pytest.mark.parametrize("star", [True, False], ids=["star", "chain"])
@pytest.mark.parametrize("records", [1, 2, 3, 6, 13, 24, MOST_NODES])
def test_a_customers_names_and_weights_can_all_be_read(records: int, star: bool) -> None:
    found = customer(records, star=star)

    figure = cluster_figure(found, dict.fromkeys([m.record_id for m in found.members], NAME))

    assert cut_off(figure) == []
    assert crossed(figure) == []


def test_long_ids_keep_what_tells_them_apart() -> None:
    found = customer(2, star=True)
    long = [
        f"salesforce_emea_and_others:opportunity_contact:0035g0000003ir{n}AAA" for n in "kl"
    ]
    link = Link(*long, 26.5, 26.5)
    members = tuple(Member(record, "salesforce_emea") for record in long)
    found = replace(found, members=members, path=(), weakest=None, links=(link,))

    drawn = [t.get_text() for t in texts(cluster_figure(found, {}))]

    assert any(text.endswith("3irkAAA") for text in drawn)
    assert any(text.endswith("3irlAAA") for text in drawn)


@pytest.mark.parametrize(
    ("is_at_home", "words"), [(False, "(+9.9 bits) is weak"), (True, "may be one of a home")]
)
def test_a_link_of_many_bits_is_not_called_weak(is_at_home: bool, words: str) -> None:
    found = evidence((PRIOR, -8.5, ""), ("name", 18.4, NAME))

    assert words in Apart(Reason.AMBIGUOUS, found, is_at_home=is_at_home).sentence


def evidence(*bars: tuple[str, float, str]) -> PairEvidence:
    contributions = tuple(
        Contribution(field, "level of this", weight, values, values)
        for field, weight, values in bars
    )
    total = sum(weight for _, weight, _ in bars)
    return PairEvidence(
        record_id_l="hubspot_apac:contact:100000000776",
        record_id_r="sendgrid_global:recipient:65421a4ac217f7694ca2c39f0a54f832",
        contributions=contributions,
        missing=(),
        odds=total,
        needed=1.0,
        vetoes=("birth_date",),
        caps=(),
        was_compared=True,
        is_ambiguous=False,
        gave_way="",
        pattern=0,
    )


@pytest.mark.parametrize(
    "bars",
    [
        pytest.param([(PRIOR, -8.5, "")], id="prior-alone"),
        pytest.param(
            [(PRIOR, -8.5, ""), ("name", 9.5, NAME), (TF_WEIGHT, -1.0, "")], id="at-the-threshold"
        ),
        pytest.param(
            [
                (PRIOR, -21.5, ""),
                *((f"field_{n}", weight, f"{NAME} {NAME} · {NAME} · {NAME}") for n, weight in
                  enumerate((25.1, 24.2, 15.2, -6.1, -0.1, 0.0, -12.6, 0.1))),
                (TF_WEIGHT, -4.7, ""),
            ],
            id="many-fields-and-long-values",
        ),
    ],
)  # fmt: skip
def test_a_waterfalls_labels_can_all_be_read(bars: list[tuple[str, float, str]]) -> None:
    found = evidence(*bars)

    figure = waterfall_figure(found, Apart(Reason.VETOED, found))

    assert cut_off(figure) == []
    assert crossed(figure) == []
