"""What was odd in the files of a recording: each oddity once, with its first line and its count."""

from collections.abc import Mapping

LIMIT = 100
"""How many oddities are spelled out; the others are still counted."""


class Findings:
    """Collects oddities while files are read; nothing that was left out or doubted is missing here."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, int]] = {}

    def add(self, file: str, what: str, line: int = 0, times: int = 1) -> None:
        """Note `what` in `file`, first met at `line` (from 1; 0 where it has no line), seen `times` times."""
        first, count = self._found.get((file, what), (line, 0))
        self._found[file, what] = (first, count + times)

    def count(self, part: str = "") -> int:
        """How many things were found whose description contains `part`."""
        return sum(count for (_, what), (_, count) in self._found.items() if part in what)

    def found(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """(file, description) -> (first line, count), in the order they were met."""
        return dict(self._found)

    def texts(self) -> list[str]:
        """The oddities in words, in the order they were met, at most `LIMIT` of them and a closing count."""
        texts = [_text(file, what, *place) for (file, what), place in self._found.items()]
        more = len(texts) - LIMIT
        return texts if more <= 0 else [*texts[:LIMIT], f"and {more} further kinds of findings"]


def _text(file: str, what: str, line: int, count: int) -> str:
    place = f"{file}, line {line}" if line else file
    return f"{place}: {what}" + (f" ({count} times)" if count > 1 else "")
