"""What a verification reports: findings in words, the most telling first, without a flood of repetitions."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

CAP = 5
"""Findings of one kind that are listed; more are counted in one last line."""


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: `where` ("event 17 (B0001/000012/01)") and `what`, in words.

    `as_recorded`: it was wrong when it was recorded, which altered nothing of what stands there: a clock that was set
    back, a signature that its signer's role did not carry. `event` is the place of the event that it is about, where
    that is whole, but carried by nobody's proof (0: it is about something else); `settled` says who settled it, if
    somebody did.
    """

    where: str
    what: str
    as_recorded: bool = False
    event: int = 0
    settled: str = ""


@dataclass(frozen=True)
class LedgerCheck:
    """Outcome of a verification: the numbers of events, signed heads and exported heads, and the findings."""

    events: int
    heads: int
    findings: tuple[Finding, ...]
    exported: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


class Kind(IntEnum):
    """What a finding is about, in the order of the report: what explains most comes first."""

    FILE = 0
    SCHEMA = 1
    EVENT = 2
    HEAD = 3
    EXPORT = 4
    CLOCK = 5
    STRUCTURE = 6


class Findings:
    """Collects findings in any order; `listed` gives them by kind and place, each kind capped."""

    def __init__(self) -> None:
        self._found: list[tuple[Kind, int, Finding]] = []

    def add(self, kind: Kind, place: int, where: str, what: str) -> None:
        """Note a finding at `place` (a sequence number, size or line number) among those of its kind."""
        self._found.append((kind, place, Finding(where, what, kind is Kind.CLOCK)))

    def of(self, kind: Kind) -> bool:
        """Whether anything of this kind was found."""
        return any(found is kind for found, _, _ in self._found)

    def listed(self) -> tuple[Finding, ...]:
        """The report."""
        return tuple(finding for kind in Kind for finding in self._capped(kind))

    def _capped(self, kind: Kind) -> Iterator[Finding]:
        entries = [(place, finding) for found, place, finding in self._found if found is kind]
        findings = [finding for _, finding in sorted(entries, key=lambda entry: (entry[0], entry[1].what))]
        yield from findings[:CAP]
        if len(findings) > CAP:
            yield Finding(
                findings[CAP].where,
                f"and from here on, {len(findings) - CAP} more findings of this kind",
                kind is Kind.CLOCK,
            )
