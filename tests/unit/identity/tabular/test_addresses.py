"""Addresses in one cell come apart where their pattern shows how, and stay whole where not."""

import duckdb
import pytest

from dagster_project.identity.tabular.addresses import split_address


@pytest.mark.parametrize(
    ("written", "street", "city", "postal_code"),
    [
        pytest.param("12 Mill Lane, Leeds, LS1 4AP", "12 Mill Lane", "Leeds", "LS1 4AP", id="gb"),
        pytest.param(
            "12 Mill Lane, Leeds LS1 4AP, UK", "12 Mill Lane", "Leeds", "LS1 4AP", id="gb-beside"
        ),
        pytest.param("12, Mill Lane, Leeds", "12 Mill Lane", "Leeds", None, id="number-apart"),
        pytest.param(
            "Flat 3, 12 Mill Lane, Leeds", "Flat 3 12 Mill Lane", "Leeds", None, id="flat"
        ),
        pytest.param("Lindenweg 5, 10115 Berlin", "Lindenweg 5", "Berlin", "10115", id="de"),
        pytest.param("Lindenweg 5 10115 Berlin", "Lindenweg 5", "Berlin", "10115", id="de-plain"),
        pytest.param(
            "8 rue des Lilas\n75011 Paris", "8 rue des Lilas", "Paris", "75011", id="fr-lines"
        ),
        pytest.param(
            "400 Oak Street, Springfield, IL 62704", "400 Oak Street", "Springfield", "62704",
            id="us",
        ),
        pytest.param(
            "400 Oak Street, Springfield IL 62704-1234", "400 Oak Street", "Springfield",
            "62704-1234", id="us-plus-four",
        ),
        pytest.param("ul. Polna 7, 00-625 Warszawa", "ul. Polna 7", "Warszawa", "00-625", id="pl"),
        pytest.param("Keizersgracht 9, 1015 CJ Amsterdam", "Keizersgracht 9", "Amsterdam", "1015 CJ",
                     id="nl"),
        pytest.param("Calle Mayor 3, 28013 Alcalá", "Calle Mayor 3", "Alcalá", "28013", id="accents"),
        pytest.param("12 Mill Lane", "12 Mill Lane", None, None, id="street-alone"),
        pytest.param("12345 Mill Lane", "12345 Mill Lane", None, None, id="long-house-number"),
        pytest.param(None, None, None, None, id="nothing"),
    ],
)  # fmt: skip
def test_an_address_in_one_cell_comes_apart(
    written: str | None, street: str | None, city: str | None, postal_code: str | None
) -> None:
    parts = split_address("written")

    found = duckdb.execute(
        f"select {parts.street}, {parts.city}, {parts.postal_code} "
        "from (select $1::varchar as written)",
        [written],
    ).fetchone()

    assert found == (street, city, postal_code)
