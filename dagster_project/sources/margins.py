"""Lines of a delimited file that are no rows: blanks, repeats of the header, totals, footers.

Belongs here: telling them from rows, and a count of lines that knows nothing of the reader's.
Does not belong here: what a row means.
"""

import re
from collections.abc import Iterable, Sequence

from dagster_project.sources.headers import fold

BLANK = "lines without a value"
REPEAT = "repeats of the header"
TOTAL = "lines that state a total"
FOOTER = "footer lines"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_SEPARATING = frozenset("-=_*#~+|.:;, \t\x1a\ufeff\xa0")
_TOTALS = _words(
    "total totals grandtotal subtotal totalrows totalrecords totalcount rowcount recordcount rows "
    "records count sum average gesamt gesamtsumme gesamtanzahl summe anzahl zwischensumme "
    "totalgeneral totalgeneral soustotal somme nombre totale totalegenerale somma totaal som "
    "subtotaal razem suma lacznie toplam genel toplamı итого всего 合計 小計 总计 合计 総計"
)
_TOTAL = re.compile(
    r"\(?\s*(?:(?P<word>[^\d\W][\w .-]{1,30}?)\s*[:=]?\s*)?\(?\s*[\d][\d.,' \xa0]*\s*\)?\s*"
    r"(?P<unit>[^\d\W][\w ]{1,30})?\s*\)?\.?"
)
_UNITS = _words(
    "row rows rowsaffected rowaffected rowsselected rowsinset record records entries results "
    "contacts zeilen zeile datensatze eintrage lignes enregistrements filas registros righe "
    "rijen wiersze"
)
_FOOTER = re.compile(
    r"copyright\b|\(c\) ?(19|20)\d\d\b|©|confidential information|vertrauliche informationen"
    r"|informations? confidentielle|informaci[oó]n confidencial"
    r"|(generated|created|exported|printed|run|report run) (by|on|at|from)\b"
    r"|(erstellt|exportiert|gedruckt) (von|am)\b|(généré|exporté|créé) (par|le)\b"
    r"|(generado|exportado) (por|el)\b|page \d+ (of|/) \d+|seite \d+ von \d+"
    r"|(generated|created|exported|printed|downloaded|export date|report date|erstellt|exportiert"
    r"|stand|exporté|généré|generado|exportado|esportato)(:| :)? \d{1,4}[-./]\d\d?[-./]\d"
    r"|end of (file|report|export)\b|filtered by\b|as of \d",
    re.IGNORECASE,
)  # what reports print below their rows: Salesforce's five lines, database clients, spreadsheets


class Margins:
    """Tells a file's rows from what stands around them, and counts the latter by kind.

    ``takes_all``: of a table nobody knows every line with a cell is a row.
    """

    def __init__(self, header: Sequence[str], *, takes_all: bool = False) -> None:
        self._takes_all = takes_all
        self._header = [fold(cell) for cell in header]
        self.counts: dict[str, int] = {}

    def is_row(self, record: Sequence[str]) -> bool:
        """Whether a record is a row; what is none is counted."""
        kind = self._kind(record) if not self._takes_all else "" if record else BLANK
        if kind:
            self.counts[kind] = self.counts.get(kind, 0) + 1
        return not kind

    def _kind(self, record: Sequence[str]) -> str:
        # Nearly every record is as wide as the header, begins with two values and is a row: few
        # cheap questions answer for it.
        is_full = len(record) == len(self._header) > 1 and bool(record[1])
        if is_full and not _SEPARATING.issuperset(record[0]):
            first = fold(record[0])
            if first != self._header[0] and first not in _TOTALS:
                return ""
        filled = [cell for cell in record if not _SEPARATING.issuperset(cell)]
        if not filled:
            return BLANK
        if self._is_header(record):
            return REPEAT
        return self._kind_below(record, filled) if len(self._header) > 1 else ""

    def _kind_below(self, record: Sequence[str], filled: Sequence[str]) -> str:
        if self._is_total(filled):
            return TOTAL
        is_short = len(filled) == 1 or len(record) < len(self._header)
        is_footer = len(filled) <= 3 and is_short and _FOOTER.match(filled[0].strip())
        return FOOTER if is_footer else ""

    def _is_header(self, record: Sequence[str]) -> bool:
        if fold(record[0]) != self._header[0] or len(record) != len(self._header):
            return False
        return len(record) > 1 and [fold(cell) for cell in record] == self._header

    def _is_total(self, filled: Sequence[str]) -> bool:
        """``Total: 3`` alone, or the word with nothing but figures behind it."""
        if len(filled) == 1:
            return _states_total(filled[0].strip())
        is_word = fold(filled[0]) in _TOTALS
        return is_word and all(_FIGURES.fullmatch(cell.strip()) for cell in filled[1:])


_FIGURES = re.compile(r"[^\w]*[\d.,' \xa0]+[^\w]*(?:[A-Z]{3}|%)?")


def _states_total(text: str) -> bool:
    if fold(text) in _TOTALS - _PLAIN:
        return True
    found = _TOTAL.fullmatch(text)
    if not found:
        return False
    word, unit = fold(found["word"] or ""), fold(found["unit"] or "")
    if word:
        return word in _TOTALS and (not unit or unit in _UNITS)
    return bool(unit) and unit in _UNITS


_PLAIN = frozenset({"rows", "records", "count", "som", "suma", "anzahl", "nombre"})
"""Words that are a total's only with a figure behind them."""


def count_lines(lines: Iterable[str]) -> int:
    """Logical lines of delimited text: ends of line outside quotes, by counting quotes alone."""
    count, is_open = 0, False
    line = ""
    for line in lines:
        if line.count('"') & 1:
            is_open = not is_open
        count += not is_open
    return count + is_open


def count_lines_closely(lines: Iterable[str], separator: str) -> int:
    """The same where quotes also stand inside plain cells: only one that begins a cell opens."""
    count, is_open = 0, False
    for line in lines:
        if is_open or '"' in line:
            is_open = _is_open_behind(line, separator, is_open=is_open)
        count += not is_open
    return count + is_open


def _is_open_behind(line: str, separator: str, *, is_open: bool) -> bool:
    position, end = 0, len(line)
    while position < end:
        if is_open:
            closing = line.find('"', position)
            if closing < 0:
                return True
            position = closing + 1
            if line[position : position + 1] == '"':
                position += 1
                continue
            is_open = False
        elif line[position] == '"':
            is_open = True
            position += 1
            continue
        following = line.find(separator, position)
        if following < 0:
            return False
        position = following + len(separator)
    return is_open
