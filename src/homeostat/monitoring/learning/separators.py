"""What stands between the cells of a table of text: a line `sep=;` says so (Excel), else the headings do.

In: the text. Out: the separator, and the text below such a line; or what seems to separate cells, and is not known.
"""

import re
from collections.abc import Sequence

SEPARATORS = ",;\t|"
_DECLARED = re.compile(r'"?sep=(?P<mark>[^\r\n"])"?[,;\t ]*(\r\n|\n|\r|$)', re.IGNORECASE)
_DECIMAL = re.compile(r"[^,]*(\d,\d[^,]*)?")
LOOKED_AT = 10
"""Lines among which the headings are looked for, where lines above them hold fewer separators."""
TELLING = 3


def split_off(text: str) -> tuple[str, str, int]:
    """The separator, the text without a line that declares it, and how many lines that were."""
    declared = _DECLARED.match(text)
    if declared is None:
        return separator(text.split("\n", LOOKED_AT)[:LOOKED_AT]), text, 0
    return declared["mark"], text[declared.end() :], 1


def separator(lines: list[str]) -> str:
    """The mark that splits the heading line most often; quoted ones do not count.

    Title lines above the headings hold few marks, and a later line many: that one is taken then.
    """
    mark, first = _most(lines[0])
    for line in lines[1:]:
        other, count = _most(line)
        if count >= max(2, TELLING * first) and (first == 0 or _unquoted(line).count(mark) != first):
            return other
    return mark


def unknown(rows: Sequence[Sequence[str]]) -> str:
    """The mark that seems to separate the cells of a table of which one column was read; "" where none does.

    Blanks or colons that split each of the first rows, below the headings, into as many parts.
    """
    first = [row[0] for row in rows[:LOOKED_AT]]
    for name, mark in (("blanks", None), ("colons", ":")):
        counts = {len(cell.split(mark)) for cell in first}
        if len(counts) == 1 and min(counts) > 1:
            return name
    return ""


def _most(line: str) -> tuple[str, int]:
    outside = _unquoted(line)
    marks = SEPARATORS.replace(",", "") if _decimal_commas(outside) else SEPARATORS
    mark = max(marks, key=outside.count)
    return mark, outside.count(mark)


def _decimal_commas(line: str) -> bool:
    """Whether another mark leaves at most one comma in a cell, between digits: 'glucose;1000,0;1001,0'."""
    marks = [mark for mark in SEPARATORS if mark != "," and mark in line]
    return any(all(_DECIMAL.fullmatch(cell) for cell in line.split(mark)) for mark in marks)


def _unquoted(line: str) -> str:
    return "".join(line.split('"')[::2])
