"""Currencies whose minor unit is no hundredth, by ISO 4217.

The list of CLDR is another: it rounds what people no longer pay with (no fils in Iraq), and an
amount of a CRM may well have them. ``minor_unit_factor`` of dbt says the same; a test holds both.
"""

from collections.abc import Mapping

DECIMALS: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
            "VND", "VUV", "XAF", "XOF", "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
    **dict.fromkeys(("CLF", "UYW"), 4),
}  # fmt: skip
"""Digits after the decimal mark; two of all others."""
