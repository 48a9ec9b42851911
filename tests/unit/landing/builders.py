"""Small batches with good defaults; invented people at example.org."""

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from dagster_project.config.sources import SourceConfig
from dagster_project.domain.loads import Batch
from dagster_project.domain.streams import Delivery, StreamSpec
from dagster_project.sources.catalogue import stream_of

CONTACT = stream_of("hubspot", "contact")
DAY = datetime(2026, 11, 1, tzinfo=UTC)


def contact(number: int = 1, **values: str | None) -> dict[str, str | None]:
    return {
        "record_id": str(number),
        "first_name": "Ada",
        "email": f"ada{number}@example.org",
        "create_date": "2026-10-01 09:00",
        "last_modified_date": "2026-10-02 09:00",
        **values,
    }


def batch(
    *rows: dict[str, str | None],
    spec: StreamSpec = CONTACT,
    source: str = "hubspot_apac",
    as_of: datetime = DAY,
    content: str | None = None,
    **overrides: Any,
) -> Batch:
    given: dict[str, Any] = {
        "spec": spec,
        "source": source,
        "content_id": content or sha256(f"{rows}{as_of}".encode()).hexdigest(),
        "as_of": as_of,
        "origin": "contacts.csv",
        "rows_sql": rows_sql(spec, rows),
        "expected_rows": len(rows),
        "delivery": spec.delivery,
    }
    return Batch(**{**given, **overrides})


def rows_sql(spec: StreamSpec, rows: tuple[dict[str, str | None], ...]) -> str:
    selects = [
        "select "
        + ", ".join(
            [
                *(f"{_literal(row.get(column))} as {column}" for column in spec.columns),
                f"{_literal(row.get(spec.key[0]))} as _native_id",
                f"{number} as _row",
                f"{_literal(row.get('_raw'))} as _raw",
                f"{_literal(row.get('_extra'))} as _extra",
            ]
        )
        for number, row in enumerate(rows, start=1)
    ]
    if not selects:
        return f"select * from ({rows_sql(spec, (contact(),))}) where false"
    return " union all ".join(selects)


def _literal(value: str | None) -> str:
    if value is None:
        return "null::varchar"
    return "'" + value.replace("'", "''") + "'"


def source(
    name: str = "hubspot_apac", vendor: str = "hubspot", **overrides: Any
) -> SourceConfig:
    given: dict[str, Any] = {
        "name": name,
        "vendor": vendor,
        "owner": "crm@example.org",
        "brand": "quay",
        "region": "apac",
        "purpose": "test",
        "lawful_basis": "contract",
        "retention_days": 365,
        "disclosure": "https://example.org/privacy",
        "currency": "HKD",
        "timezone": "Asia/Hong_Kong",
        "country": "HK",
    }
    return SourceConfig(**{**given, **overrides})


def snapshot(*rows: dict[str, str | None], **overrides: Any) -> Batch:
    return batch(*rows, delivery=Delivery.SNAPSHOT, **overrides)


def file_in(folder: Path, name: str = "contacts.csv", text: str = "x") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file
