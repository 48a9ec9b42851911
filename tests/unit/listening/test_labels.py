"""Labels learned from invented messages: found again, kept in arrays, told row by row."""

from pathlib import Path

import duckdb
import numpy as np
import pytest

from dagster_project.domain.errors import Customer360Error
from dagster_project.listening.label_model import (
    LabelModel,
    read_model,
    train_labels,
    write_model,
)
from dagster_project.listening.tables import classify_file, label_rows, read_texts

_BILLS = ["invoice", "refund", "charge", "payment", "receipt", "bill"]
_SHIPS = ["parcel", "courier", "delivery", "tracking", "package", "shipment"]


def _messages(count: int = 60) -> tuple[list[str], list[str]]:
    texts = [
        f"my {(_BILLS, _SHIPS)[n % 2][n // 2 % 6]} number {n} is still not right, please look"
        for n in range(count)
    ]
    return texts, [("billing", "shipping")[n % 2] for n in range(count)]


@pytest.fixture(scope="module")
def model() -> LabelModel:
    return train_labels(*_messages())[0]


def test_labels_of_unseen_texts_are_found(model: LabelModel) -> None:
    labels, confidence = model.judge(["where is my shipment?", "the refund was not paid"])

    assert labels == ["shipping", "billing"]
    assert (confidence > 0.5).all()


def test_the_report_is_of_texts_left_out() -> None:
    texts = [f"word{n} alone" for n in range(40)]  # nothing in common: nothing to learn

    _, report = train_labels(texts, ["a", "a", "b", "b"] * 10)

    assert report.macro_f1 < 0.7
    assert report.texts == 40


def test_texts_of_no_label_are_less_sure_than_known_ones(model: LabelModel) -> None:
    _, known = model.judge(["the invoice and the payment are wrong"])
    _, unknown = model.judge(["lovely weather in the mountains"])

    assert unknown[0] < known[0]


def test_a_model_written_and_read_judges_the_same(model: LabelModel, tmp_path: Path) -> None:
    write_model(model, tmp_path / "labels.npz")

    again = read_model(tmp_path / "labels.npz")

    texts = _messages()[0]
    assert again.judge(texts)[0] == model.judge(texts)[0]
    assert np.allclose(again.judge(texts)[1], model.judge(texts)[1], atol=0.01)


def test_a_model_holds_no_text_of_its_training(tmp_path: Path) -> None:
    texts, labels = _messages()
    texts[0] += " canary7c1 canary7c1"

    write_model(train_labels(texts, labels)[0], tmp_path / "labels.npz")

    with np.load(tmp_path / "labels.npz", allow_pickle=False) as held:
        for name in held.files:
            assert b"canary" not in held[name].tobytes()
            assert "canary" not in str(held[name].tolist())


@pytest.mark.parametrize("written", [b"", b"PK\x03\x04 no archive", b"text"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "labels.npz").write_bytes(written)

    with pytest.raises(Customer360Error, match="no model of labels"):
        read_model(tmp_path / "labels.npz")


def test_a_label_of_a_single_text_is_not_learned() -> None:
    texts, labels = _messages()

    model, report = train_labels([*texts, "something else"], [*labels, "rare"])

    assert model.labels == ("billing", "shipping")
    assert report.texts == len(texts)


def test_one_label_is_nothing_to_learn() -> None:
    with pytest.raises(Customer360Error, match="two labels of two texts"):
        train_labels(["a b", "a c", "d"], ["x", "x", "y"])


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_every_row_gets_one_row_in_its_order(
    model: LabelModel, tmp_path: Path, ending: str
) -> None:
    rows = ["my refund", "", 'my parcel, "late"', "   ", "the\ninvoice"] * 3
    relation = duckdb.sql("select unnest($1::varchar[]) as body, 1 as other", params=[rows])
    file = tmp_path / f"posts.{ending}"
    relation.write_csv(str(file)) if ending == "csv" else relation.write_parquet(str(file))

    count, empty = classify_file(
        lambda texts: label_rows(model.judge, texts), file, "body", tmp_path / "out.parquet"
    )

    told = duckdb.read_parquet(str(tmp_path / "out.parquet")).fetchall()
    assert count == len(rows) == len(told)
    assert empty == 6
    assert [label for label, _ in told] == ["billing", None, "shipping", None, "billing"] * 3
    assert all((label is None) is (sure is None) for label, sure in told)


def test_a_column_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text("body,other\nhello,1\n")

    with pytest.raises(Customer360Error, match=r"no column text.*posts.csv.*\n.*body, other"):
        list(read_texts(tmp_path / "posts.csv", ["text"]))
