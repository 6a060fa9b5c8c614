"""What must be true of the site, in plain values: kept by the test beside the site, from the documentation alone.

Nothing here reads the ledger. What was signed is stood for by a `Shown`: two are equal where the bytes have to be.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from .persons import PERSONS
from .scene import BAD, FAULTS, FILLED, GOOD, PATIENTS, STARTED, TESTS

Shown: TypeAlias = tuple[object, ...]
Changed: TypeAlias = tuple[str, object, object]

RELEASED = ("released", "released, tests pending")


@dataclass
class Said:
    """The last word on an exception; `number` tells two of the same words apart."""

    number: int
    by: str
    deviation: str


@dataclass
class Deviation:
    """One deviation. `judges` are those who opened, classified, assessed or explained it."""

    batch: str
    opened_by: str
    exceptions: list[str]
    judges: set[str]
    classification: str | None = None
    impact: str = ""
    cause: str = ""
    actions: list[str] = field(default_factory=list)
    closed_by: str = ""

    @property
    def ready(self) -> bool:
        """Whether nothing is lacking to close it."""
        planned = bool(self.actions) or self.classification == "minor"
        return bool(self.classification and self.impact and self.cause and planned)


@dataclass
class Container:
    """What came out of a batch; `holders` are those whose acts hold it now."""

    batch: str
    custodian: str
    phase: str = "in custody"
    holders: list[str] = field(default_factory=list)
    offered: str = ""


@dataclass
class Request:
    """A deviation that a hold asked for, and the one that took it up."""

    batch: str
    hold: str
    deviation: str = ""


@dataclass
class Version:
    """One version of the process."""

    author: str
    reviewed: bool = False
    rejected: bool = False
    approved: int = 0
    retired: bool = False


@dataclass
class Batch:
    """A batch that has ended. Of an exception: severity, and the hold that it tells of ("": none)."""

    name: str
    performers: set[str]
    coming: list[tuple[str, str, str]]
    exceptions: dict[str, tuple[str, str]] = field(default_factory=dict)
    said: dict[str, Said] = field(default_factory=dict)
    begun: bool = False
    signed: list[tuple[Shown, str]] = field(default_factory=list)
    state: str = "open"
    exceptional: bool = False
    pending: dict[str, str] = field(default_factory=dict)
    decided_by: str = ""
    asked: list[tuple[str, str, Shown]] = field(default_factory=list)
    late: int = 0
    holds: int = 0
    once_held: set[str] = field(default_factory=set)

    @property
    def unsaid(self) -> tuple[str, ...]:
        """The exceptions of which nothing was said."""
        return tuple(one for one in self.exceptions if one not in self.said)


def _batch(name: str) -> Batch:
    coming = [(group, severity, "") for group, severity in FAULTS[name]]
    return Batch(name, {STARTED[name], "sven"}, coming)


@dataclass
class Model:
    """All of it; `forged` counts signatures that were copied, `unasked` those of persons without the role.

    `misplaced` names the batch of each event that was put after the end of its execution.
    """

    batches: dict[str, Batch] = field(default_factory=lambda: {one: _batch(one) for one in (GOOD, BAD)})
    deviations: dict[str, Deviation] = field(default_factory=dict)
    containers: dict[str, Container] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    versions: dict[str, Version] = field(
        default_factory=lambda: {"1.0.0": Version("theo", reviewed=True, approved=1)}
    )
    failures: dict[str, int] = field(default_factory=lambda: dict.fromkeys(PERSONS, 0))
    forged: int = 0
    misplaced: list[str] = field(default_factory=list)
    unasked: int = 0
    numbers: int = 1

    def number(self) -> int:
        """A number that was never given."""
        self.numbers += 1
        return self.numbers

    def shown(self, batch: Batch) -> Shown:
        """What a reviewer signs: the exceptions, every word on them, and how much there was to look at."""
        mine = {name for name, one in self.containers.items() if one.batch == batch.name}
        said = tuple(sorted((name, one.number) for name, one in batch.said.items()))
        looked_at = len(mine - batch.once_held) + batch.holds
        return tuple(sorted(batch.exceptions)), said, looked_at

    def review(self, batch: Batch) -> tuple[str, str]:
        """The state of the review, and who signed it."""
        now = self.shown(batch)
        standing = [person for shown, person in batch.signed if shown == now]
        if standing:
            return "reviewed", standing[-1]
        if batch.signed:
            return "superseded", batch.signed[-1][1]
        return ("under way" if batch.begun or batch.said else "not begun"), ""

    def of(self, batch: str) -> dict[str, Deviation]:
        """The deviations of a batch."""
        return {name: one for name, one in self.deviations.items() if one.batch == batch}

    def unresolved(self, batch: Batch) -> set[str]:
        """Exceptions that nothing settles, deviations that are open, requests that nobody took up."""
        mine, reviewed = self.of(batch.name), self.review(batch)[0] == "reviewed"
        asked = {name: one for name, one in self.requests.items() if one.batch == batch.name}
        closed = {name for name, one in mine.items() if one.closed_by}
        covered = {one.hold for one in asked.values() if one.deviation in closed}
        found = {name for name, one in mine.items() if not one.closed_by}
        found |= {name for name, one in asked.items() if not one.deviation}
        for name, (severity, hold) in batch.exceptions.items():
            said = batch.said.get(name)
            accepted = reviewed and said is not None and not said.deviation
            by_deviation = any(name in mine[one].exceptions for one in closed)
            if severity != "minor" and hold not in covered and not accepted and not by_deviation:
                found.add(name)
        return found

    def certificate(self, batch: Batch, *, exceptional: bool) -> Shown:
        """What is signed at a release."""
        review = self.shown(batch) if self.review(batch)[0] == "reviewed" else ()
        return exceptional, review, tuple(self.of(batch.name)), batch.late

    def against(self, batch: Batch, *, exceptional: bool) -> Iterator[str]:
        """What stands in the way of a release, whoever signs it."""
        if batch.state != "open":
            yield f"it is {batch.state}"
        if self.forged or self.misplaced:
            yield "signatures on record are none"
        if self.review(batch)[0] != "reviewed":
            yield "no review covers the record"
        yield from self.unresolved(batch)
        if any(one.batch == batch.name and one.holders for one in self.containers.values()):
            yield "a container is held"
        if exceptional == (batch.name == GOOD):
            yield "the wrong kind of release"
        elif exceptional:
            yield from self._missing(batch)

    def _missing(self, batch: Batch) -> Iterator[str]:
        now = self.certificate(batch, exceptional=True)
        for meaning in ("requested", "agreed"):
            if not any((meaning, now) == (said, shown) for _, said, shown in batch.asked):
                yield f"nobody {meaning}"

    def definition(self, version: str) -> str:
        """How a version stands: the one that was approved last holds, until it is retired."""
        one = self.versions[version]
        if one.retired:
            return "retired"
        if not one.approved:
            return "rejected" if one.rejected else "reviewed" if one.reviewed else "submitted"
        last = max(self.versions.values(), key=lambda other: other.approved)
        return "effective" if one is last else "superseded"


def container_of(batch: str, place: int) -> Container:
    """A container that the scene has filled."""
    return Container(batch, FILLED[batch][place])


def patient(container: Container) -> str:
    """The second identifier of a container."""
    return PATIENTS[container.batch]


def pending(batch: str) -> dict[str, str]:
    """The tests that are still to be reported when a batch is released."""
    return dict.fromkeys(TESTS[batch], "")
