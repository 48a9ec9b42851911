"""Rules of the desk against messages: what they find, where, and what they leave alone."""

from pathlib import Path

import pytest

from dagster_project.compliance.matching import Datum, Message, Rules, compile_rules
from dagster_project.config.compliance import Rule, read_compliance
from dagster_project.listening.personal_data.find import find_spans
from dagster_project.listening.personal_data.spans import Span

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def shipped() -> Rules:
    return compile_rules(read_compliance(PROJECT / "config" / "compliance.yml").rules)


def message(text: str, role: str = "customer", **more: object) -> Message:
    spans = [span for span in find_spans(text, ("GB", "FR", "DE")) if span.kind != "url"]
    values: dict[str, object] = {"data": tuple(Datum(span) for span in spans), **more}
    return Message(text, role, **values)  # type: ignore[arg-type]


def names(rules: Rules, asked: Message) -> list[str]:
    return [match.rule.id for match in rules.find(asked)]


CASES = [
    pytest.param("employee", "The Atlas prototype comes out of the factory on Monday.", "disclosure_code_words", id="code-word"),
    pytest.param("employee", "Bought my son a school atlas with real paper maps.", None, id="homonym-book"),
    pytest.param("employee", "Atlas mountains tomorrow, cannot wait.", None, id="homonym-mountains"),
    pytest.param("employee", "Orion.", None, id="code-word-without-context"),
    pytest.param("customer", "When does the Atlas prototype leave the factory?", None, id="a-stranger-discloses-nothing"),
    pytest.param("employee", "Orionskette sah ich am Himmel", None, id="part-of-a-word"),
    pytest.param("employee", "This has not been announced yet, but we cut the range by half.", "disclosure_said_so", id="said-so"),
    pytest.param("employee", "Your data is kept strictly confidential.", None, id="a-promise-of-confidence"),
    pytest.param("brand", "You can reach Mr Osei at kofi.osei@mailbox.example", "breach_by_brand", id="agent-publishes-an-address"),
    pytest.param("customer", "My number is 07700 900123, please ring me.", None, id="own-number"),
    pytest.param("customer", "This is their manager: his number is 07700 900123", "breach_of_somebody_else", id="anothers-number"),
    pytest.param("customer", "I'll send it. My e-mail is ada@post.example, my sister's order is not mine to change", None, id="own-address-beside-not-mine"),
    pytest.param("customer", "The bill I got has DE89 3704 0044 0532 0130 00 on it and is not mine", "breach_of_somebody_else", id="anothers-account"),
    pytest.param("customer", "Refund it to DE89 3704 0044 0532 0130 00 please", "own_data_in_public", id="own-account-in-public"),
    pytest.param("customer", "I logged in and see someone else's orders?!", "breach_reported", id="reported-breach"),
    pytest.param("customer", "Ich habe die Rechnung von jemand anderem bekommen", "breach_reported", id="reported-breach-de"),
    pytest.param("customer", "Someone else's review convinced me to order", None, id="somebody-elses-review"),
    pytest.param("customer", "The charger caught fire on my desk", "concern_safety", id="fire"),
    pytest.param("customer", "You are on fire today, great stream", None, id="on-fire-as-praise"),
    pytest.param("customer", "Last chance before my lawyer writes to you", "complaint_formal", id="lawyer"),
    pytest.param("customer", "Got a phishing email that uses your logo", "concern_fraud", id="phishing"),
    pytest.param("brand", "Guaranteed returns of 8 % on every savings plan!", "claim_of_return", id="guaranteed-return"),
    pytest.param("brand", "There is no guaranteed return, your capital is at risk.", None, id="no-guarantee"),
    pytest.param("employee", "Our tea cures migraines, ask me how", "claim_of_health_or_safety", id="cure"),
    pytest.param("customer", "Guaranteed returns of 8 %? Is that true?", None, id="a-customers-question"),
]  # fmt: skip


@pytest.mark.parametrize(("role", "text", "expected"), CASES)
def test_the_rules_that_ship_find_what_is_meant(
    shipped: Rules, role: str, text: str, expected: str | None
) -> None:
    assert names(shipped, message(text, role)) == ([expected] if expected else [])


def test_labels_become_findings_of_their_own(shipped: Rules) -> None:
    assert names(shipped, message("…", labels=frozenset({"threat", "complaint"}))) == [
        "threat",
        "complaint",
    ]


def test_what_the_two_of_them_alone_can_read_is_no_breach(shipped: Rules) -> None:
    text = "You can reach Mr Osei at kofi.osei@mailbox.example"

    assert names(shipped, message(text, "brand", is_public=False)) == []


@pytest.mark.parametrize(
    ("datum", "found"),
    [
        pytest.param({"is_somebody_elses": True}, True, id="a-customer-known-by-it"),
        pytest.param({"is_authors": True}, False, id="the-authors-own"),
        pytest.param({"is_own_contact": True, "is_somebody_elses": True}, False, id="the-brands"),
        pytest.param({}, False, id="nobody-known"),
    ],
)  # fmt: skip
def test_whose_data_it_is_decides_where_no_words_do(
    shipped: Rules, datum: dict[str, bool], *, found: bool
) -> None:
    text = "kofi.osei@mailbox.example"
    asked = message(text, data=(Datum(Span(0, len(text), "email"), **datum),))

    assert names(shipped, asked) == (["breach_of_somebody_else"] if found else [])


def test_a_finding_names_the_places_it_speaks_of(shipped: Rules) -> None:
    text = "This is their manager: his number is 07700 900123"

    (match,) = shipped.find(message(text))

    assert [(text[s.start : s.end], s.kind) for s in match.spans] == [("07700 900123", "phone")]


def rule(**more: object) -> Rule:
    values: dict[str, object] = {
        "id": "r", "version": 1, "kind": "disclosure", "severity": "high", "owner": "legal",
        "any_of": [r"\bheron\b"], **more,
    }  # fmt: skip
    return Rule.model_validate(values)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("launch one two heron", True, id="before"),
        pytest.param("heron one two launch", True, id="after"),
        pytest.param("launch one two three heron", False, id="too-far-before"),
        pytest.param("heron one two three launch", False, id="too-far-after"),
        pytest.param("heron bird launch", False, id="in-the-other-sense"),
        pytest.param("bird a b c heron a launch", True, id="other-sense-far-away"),
        pytest.param("heron bird a b c d e f heron launch", True, id="one-of-two-counts"),
    ],
)
def test_a_code_word_counts_only_beside_its_own_words(text: str, *, found: bool) -> None:
    rules = compile_rules(
        [rule(with_words=[r"\blaunch\b"], but_not=[r"\bbird\b"], within_words=3)]
    )

    assert bool(rules.find(Message(text, "employee"))) is found


def test_a_rule_is_not_asked_where_one_before_it_has_found_something() -> None:
    rules = compile_rules([rule(), rule(id="second", unless_found=["r"]), rule(id="third")])

    assert names(rules, Message("heron", "employee")) == ["r", "third"]


def test_languages_leave_out_messages_of_others_and_keep_those_of_none() -> None:
    rules = compile_rules([rule(languages=["de"])])

    assert [
        bool(rules.find(Message("heron", "x", language=i))) for i in ("de", "en", None)
    ] == [
        True,
        False,
        True,
    ]
