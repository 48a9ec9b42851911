"""Learns the weights that come with the project: ``python -m dagster_project.listening.training``.

From the project's invented messages (``data/samples/messages``, their training part) and, for
harm, spam and mood, from public sets under permissive licences that the folder of ``--public``
holds (docs/listen.md names each). No text of either is kept in the weights.
"""

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from dagster_project.listening.features import count_features, document_frequency, rarity_of
from dagster_project.listening.heads import SHIPPED, Head, Heads, read_rows, write_heads
from dagster_project.listening.labelled import Message, read_messages
from dagster_project.listening.languages import detect_languages

_OWN = 3.0
"""How much more one of our messages counts than a public one: theirs are of other matters."""

_FOLDS = 5

_REFUSED = 0.15
"""Share of messages left out that no department is told for: with more it is rarely wrong, with
fewer triage has less to do."""

MOOD_BAR = 0.70
"""Macro-F1 on messages left out from which on a language's sentiment is published."""

_LEAST_MESSAGES = 40
"""Messages left out of a language from which its figure is believed."""


@dataclass(frozen=True)
class _Labelled:
    texts: list[str]
    labels: list[str]
    weights: list[float]

    def add(self, text: str, label: str, weight: float = 1.0) -> None:
        self.texts.append(text)
        self.labels.append(label)
        self.weights.append(weight)


def _public(folder: Path, name: str, every: int = 1) -> Iterator[dict[str, str]]:
    """Rows of a public set, every so many of them."""
    file = folder / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as opened:
        yield from list(csv.DictReader(opened))[::every]


def _yes(condition: object) -> str:
    return "yes" if condition else "no"


_BREACHES = frozenset(
    [
        "balance_not_updated_after_bank_transfer",
        "balance_not_updated_after_cheque_or_cash_deposit",
        "card_arrival",
        "card_not_working",
        "card_payment_not_recognised",
        "card_payment_wrong_exchange_rate",
        "card_swallowed",
        "cash_withdrawal_not_recognised",
        "contactless_not_working",
        "declined_card_payment",
        "declined_cash_withdrawal",
        "declined_transfer",
        "direct_debit_payment_not_recognised",
        "extra_charge_on_statement",
        "failed_transfer",
        "pending_card_payment",
        "pending_cash_withdrawal",
        "pending_top_up",
        "pending_transfer",
        "refund_not_showing_up",
        "top_up_failed",
        "top_up_reverted",
        "transaction_charged_twice",
        "transfer_not_received_by_recipient",
        "virtual_card_not_working",
        "wrong_amount_of_cash_received",
        "wrong_exchange_rate_for_cash_withdrawal",
    ]
)
_QUESTIONS = frozenset(
    [
        "activate_my_card",
        "age_limit",
        "apple_pay_or_google_pay",
        "atm_support",
        "automatic_top_up",
        "cancel_transfer",
        "card_about_to_expire",
        "card_acceptance",
        "card_delivery_estimate",
        "card_linking",
        "change_pin",
        "country_support",
        "disposable_card_limits",
        "edit_personal_details",
        "exchange_charge",
        "exchange_rate",
        "exchange_via_app",
        "fiat_currency_support",
        "get_disposable_virtual_card",
        "get_physical_card",
        "getting_spare_card",
        "getting_virtual_card",
        "lost_or_stolen_card",
        "lost_or_stolen_phone",
        "order_physical_card",
        "passcode_forgotten",
        "receiving_money",
        "request_refund",
        "supported_cards_and_currencies",
        "terminate_account",
        "top_up_by_bank_transfer_charge",
        "top_up_by_card_charge",
        "top_up_limits",
        "topping_up_by_card",
        "transfer_into_account",
        "transfer_timing",
        "verify_my_identity",
        "verify_source_of_funds",
        "verify_top_up",
        "visa_or_mastercard",
        "why_verify_identity",
    ]
)
"""Intents of banking77 that tell a breach without a word of anger, and that ask for something; what
may be either is left out."""


def _complaint(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own(own, lambda each: _yes(each.is_complaint))
    for row in _public(public, "clinc150", 16):
        made.add(row["text"], "no")
    for row in _public(public, "davidson_hate_offensive", 30):
        made.add(row["text"], "no", 0.5)
    for row in _public(public, "germeval2018_offence_de", 6):
        made.add(row["text"], "no", 0.5)
    for row in _public(public, "sms_spam", 2):
        made.add(row["text"], "no", 0.5)
    for language in ("en", "de", "fr", "es"):
        for row in _public(public, f"xed_sentiment_{language}", 6):
            made.add(row["text"], "no", 0.3)
    for row in _public(public, "hatecheck_multilingual", 4):
        made.add(row["text"], "no", 0.3)  # who threatens or hates asks for nothing
    for row in _public(public, "banking77", 2):
        if row["label"] in _BREACHES | _QUESTIONS:
            made.add(row["text"], _yes(row["label"] in _BREACHES), 0.3)
    return made


def _department(own: Sequence[Message], public: Path) -> _Labelled:
    del public
    return _own([each for each in own if each.department], lambda each: each.department)


def _owned(own: Sequence[Message], public: Path) -> _Labelled:
    """Whether any department has to do with a message."""
    made = _own(own, lambda each: _yes(each.department))
    for row in _public(public, "sms_spam", 4):
        if row["label"] == "ham":
            made.add(row["text"], "no")
    return made


def _sentiment(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own([each for each in own if not each.is_spam], lambda each: each.sentiment)
    for language in ("en", "de", "fr", "es"):
        for row in _public(public, f"xed_sentiment_{language}", 2):
            made.add(row["text"], row["label"], 0.3)
    for name in ("clinc150", "banking77"):
        for row in _public(public, name, 16):
            made.add(row["text"], "neutral", 0.3)
    return made


def _offence(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own(own, lambda each: _yes(each.harm == "offence"))
    for row in _public(public, "davidson_hate_offensive", 2):
        made.add(row["text"], _yes(row["label"] != "neither"))
    for row in _public(public, "germeval2018_offence_de"):
        made.add(row["text"], _yes(row["label"] == "OFFENSE"))
    for row in _public(public, "sms_spam", 4):
        made.add(row["text"], "no")
    return made


def _hate(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own(own, lambda each: _yes(each.harm == "hate"))
    for name, every in (("hatecheck_en", 1), ("hatecheck_multilingual", 3)):
        for row in _public(public, name, every):
            made.add(row["text"], _yes(row["label"] == "hateful"))
    for row in _public(public, "davidson_hate_offensive", 4):
        made.add(row["text"], _yes(row["label"] == "hate"))
    for row in _public(public, "clinc150", 16):
        made.add(row["text"], "no")
    return made


def _threat(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own(own, lambda each: _yes(each.harm == "threat"))
    for name in ("hatecheck_en", "hatecheck_multilingual"):
        for row in _public(public, name):
            made.add(row["text"], _yes(row["functionality"].startswith("threat")))
    for name in ("davidson_hate_offensive", "clinc150", "germeval2018_offence_de"):
        for row in _public(public, name, 8):
            made.add(row["text"], "no")
    for row in _public(public, "sms_spam", 2):
        made.add(row["text"], "no")
    return made


def _spam(own: Sequence[Message], public: Path) -> _Labelled:
    made = _own(own, lambda each: _yes(each.is_spam))
    for row in _public(public, "sms_spam"):
        made.add(row["text"], _yes(row["label"] == "spam"))
    for name in ("davidson_hate_offensive", "germeval2018_offence_de", "clinc150", "banking77"):
        for row in _public(public, name, 8):
            made.add(row["text"], "no")
    for language in ("de", "fr", "es"):
        for row in _public(public, f"xed_sentiment_{language}", 4):
            made.add(row["text"], "no")
    # lures of the public set are full of numbers: those of orders and versions are none
    for place, each in enumerate(own):
        if not each.is_spam and place % 3 == 0:
            number = str(1_000_003 * (place + 17) % 10 ** (3 + place % 7)).rjust(3, "1")
            made.add(f"{each.text} {number}", "no")
    return made


def _own(messages: Sequence[Message], label: Callable[[Message], str]) -> _Labelled:
    return _Labelled(
        [each.text for each in messages],
        [label(each) for each in messages],
        [_OWN] * len(messages),
    )


_SETS = {
    "complaint": (_complaint, 0.1, 1.0),
    "department": (_department, 0.1, 1.0),
    "owned": (_owned, 0.1, 2.0),
    "sentiment": (_sentiment, 0.1, 1.0),
    "offence": (_offence, 0.1, 1.0),
    "hate": (_hate, 0.1, 0.5),
    "threat": (_threat, 0.1, 0.7),
    "spam": (_spam, 0.3, 1.0),
}
"""What is learned, the cost of a misjudged text, and what recall weighs beside precision: of threats
and hate less, since rules find the plain ones and who is wrongly accused is harmed; of whether anybody
owns a message more, since one that nobody does waits unrouted."""


def learn(own: Sequence[Message], public: Path, version: str) -> Heads:
    """All heads from our messages' training part and the public sets."""
    from dagster_project.listening.evaluation import macro_f1_by_language

    training = [each for each in own if each.split == "train"]
    sets = {name: make(training, public) for name, (make, _, _) in _SETS.items()}
    rarity = _rarity([text for labelled in sets.values() for text in labelled.texts[::3]])
    kin = _kin([each.text for each in training])
    heads = {
        name: _learn_head(labelled, rarity, kin, *_SETS[name][1:])
        for name, labelled in sets.items()
    }
    left_out = [each for each in own if each.split != "train" and not each.is_spam]
    made = Heads(version, rarity, heads, ())
    moods = macro_f1_by_language(made, left_out)
    return Heads(
        version,
        rarity,
        heads,
        tuple(
            language
            for language, (count, figure) in sorted(moods.items())
            if figure >= MOOD_BAR and count >= _LEAST_MESSAGES
        ),
    )


def _rarity(
    texts: Sequence[str],
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    words, parts = count_features(texts)
    return (
        rarity_of(document_frequency(words), len(texts)),
        rarity_of(document_frequency(parts), len(texts)),
    )


def _learn_head(
    labelled: _Labelled,
    rarity: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]],
    kin: Mapping[str, int],
    cost: float,
    beta: float,
) -> Head:
    from sklearn.model_selection import StratifiedGroupKFold
    from sklearn.svm import LinearSVC

    rows = read_rows(labelled.texts, detect_languages(labelled.texts), rarity)
    names, truth = np.unique(np.array(labelled.labels, dtype=object), return_inverse=True)
    weights = np.array(labelled.weights)

    def machine(places: npt.NDArray[np.int64]) -> LinearSVC:
        return LinearSVC(C=cost, class_weight="balanced", random_state=0).fit(
            rows[places], truth[places], sample_weight=weights[places]
        )

    scores = np.zeros((len(truth), 1 if len(names) == 2 else len(names)), np.float32)
    families = [
        kin.get(text, kin.get(text.rpartition(" ")[0], -place))
        for place, text in enumerate(labelled.texts, 1)
    ]
    for learned, rest in StratifiedGroupKFold(_FOLDS, shuffle=True, random_state=0).split(
        rows, truth, families
    ):
        scores[rest] = machine(learned).decision_function(rows[rest]).reshape(len(rest), -1)
    ours = weights == _OWN
    steepness = _fitting_steepness(scores[ours], truth[ours])
    fitted = machine(np.arange(len(truth)))
    head = Head(
        labels=tuple(map(str, names)),
        weights=np.asarray(fitted.coef_.T, np.float32),
        bias=np.asarray(fitted.intercept_, np.float32),
        steepness=steepness,
        least=0.0,
    )
    return Head(
        head.labels,
        head.weights,
        head.bias,
        steepness,
        _least(scores[ours], truth[ours], steepness, beta),
    )


_PART = 8
_ALIKE = 0.6
"""Messages that have so large a share of the shorter one's parts of 8 letters in common are one
message with another beginning or end: one of them must not be tried on what the other taught."""


def _kin(texts: Sequence[str]) -> dict[str, int]:
    """Of each text a number that texts alike share."""
    parts = [
        {text[place : place + _PART].lower() for place in range(max(1, len(text) - _PART + 1))}
        for text in texts
    ]
    holders: dict[str, list[int]] = {}
    family = list(range(len(texts)))
    for place, own in enumerate(parts):
        shared = Counter(other for part in own for other in holders.get(part, ()))
        for other, count in shared.items():
            if count >= _ALIKE * min(len(own), len(parts[other])):
                old, new = family[place], family[other]
                family = [new if each == old else each for each in family]
        for part in own:
            holders.setdefault(part, []).append(place)
    return dict(zip(texts, family, strict=True))


def _fitting_steepness(scores: npt.NDArray[np.float32], truth: npt.NDArray[np.int64]) -> float:
    """The factor at which the probabilities of texts left out are likeliest."""

    def loss(factor: float) -> float:
        raised = _both(scores) * factor
        raised = raised - raised.max(axis=1, keepdims=True)
        chances = np.exp(raised) / np.exp(raised).sum(axis=1, keepdims=True)
        return float(-np.log(np.maximum(chances[np.arange(len(truth)), truth], 1e-12)).mean())

    return float(min(np.geomspace(0.5, 20, 40), key=loss))


def _both(scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    return np.hstack([np.zeros_like(scores), scores]) if scores.shape[1] == 1 else scores


_AS_GOOD = 0.01
"""Differences of F that are chance among some hundred messages of a label."""


def _least(
    scores: npt.NDArray[np.float32],
    truth: npt.NDArray[np.int64],
    steepness: float,
    beta: float,
) -> float:
    """The probability from which on a label is said.

    Of two labels the strictest whose F on texts left out is as good as the best, recall weighing
    ``beta``; of more the one that all but ``_REFUSED`` reach.
    """
    from sklearn.metrics import fbeta_score

    if scores.shape[1] == 1:
        chances = 1 / (1 + np.exp(-scores[:, 0] * steepness))
        cuts = np.arange(0.2, 0.86, 0.05)
        each = [fbeta_score(truth, chances >= cut, beta=beta) for cut in cuts]
        return float(
            max(c for c, f in zip(cuts, each, strict=True) if f >= max(each) - _AS_GOOD)
        )
    raised = np.exp((scores - scores.max(axis=1, keepdims=True)) * steepness)
    return float(
        np.quantile((raised / raised.sum(axis=1, keepdims=True)).max(axis=1), _REFUSED)
    )


def main() -> None:
    """Learn and write the weights."""
    asked = argparse.ArgumentParser(description=main.__doc__)
    asked.add_argument("--messages", type=Path, default=Path("data/samples/messages"))
    asked.add_argument("--public", type=Path, required=True, help="folder of the public sets")
    asked.add_argument("--version", required=True, help="what the weights are called by")
    asked.add_argument("--out", type=Path, default=SHIPPED)
    said = asked.parse_args()
    write_heads(learn(read_messages(said.messages), said.public, said.version), said.out)


if __name__ == "__main__":
    main()
