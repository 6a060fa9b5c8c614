"""The stretch of time that a run covers, so that a stamp with a wrong year is not taken for a part of it.

In: stamped rows. Out: the stretch in which most of them lie, and the rows that lie near a stretch; the others are
left out and named.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from homeostat.equipment.findings import Findings
from homeostat.equipment.stamps import wall_clock
from homeostat.equipment.tables import Sheet

Stamped = tuple[int, int]
"""The time of a row, in µs since 1970, and its position in the sheet."""

NAMED = 10
"""How many groups of rows, and of lines in a group, are named one by one; the others are still counted."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `first` to `last`, in µs since 1970. What lies up to `gap` µs from it still belongs to the run."""

    first: int
    last: int
    gap: int

    @classmethod
    def busiest(cls, times: Iterable[int], gap: int) -> "Stretch":
        """Of the groups that stand more than `gap` apart, the one with the most `times`, at least one of them.

        A time that comes more than once counts once: a clock that stood still does not win. Of equal groups the
        earliest is taken.
        """
        group = max(_groups(sorted(set(times)), gap), key=len)
        return cls(group[0], group[-1], gap)

    def reaches(self, time: int) -> bool:
        """Whether `time` belongs to the run."""
        return self.first - self.gap <= time <= self.last + self.gap


def near(sheet: Sheet, stamped: Sequence[Stamped], stretch: Stretch, findings: Findings) -> list[Stamped]:
    """The rows that belong to the run, in their order; the others are named with their lines and stamps."""
    far = sorted(row for row in stamped if not stretch.reaches(row[0]))
    start = 0
    for number, times in enumerate(_groups([time for time, _ in far], stretch.gap)):
        rows = far[start : start + len(times)]
        start += len(times)
        lines = sorted(sheet.lines[row] for _, row in rows)
        named = _named(lines, times) if number < NAMED else "further stamps"
        what = f"rows left out: {named}, farther from the run than longest_gap"
        findings.add(sheet.file, what, lines[0], len(rows))
    return [row for row in stamped if stretch.reaches(row[0])]


def _groups(times: Sequence[int], gap: int) -> list[Sequence[int]]:
    """Rising `times`, parted wherever two neighbours are more than `gap` apart."""
    if not times:
        return []
    cuts = [place for place, (a, b) in enumerate(pairwise(times), start=1) if b - a > gap]
    return [times[a:b] for a, b in pairwise([0, *cuts, len(times)])]


def _named(lines: Sequence[int], times: Sequence[int]) -> str:
    first, last = wall_clock(times[0]), wall_clock(times[-1])
    if len(lines) == 1:
        return f"stamp {first}"
    parts = _groups(lines, 1)
    spans = [f"{part[0]}-{part[-1]}" if len(part) > 1 else f"{part[0]}" for part in parts[:NAMED]]
    more = " and further" if len(parts) > NAMED else ""
    return f"lines {', '.join(spans)}{more}, stamps {first}" + (f" to {last}" if last != first else "")
