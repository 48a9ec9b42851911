"""Numbers of things as a person reads them: ``1 row``, ``2,000 rows``."""


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its word, and with its verb where both are given: ``row fails, rows fail``.

    Left out, ``many`` is ``one`` with an s behind it.
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"
