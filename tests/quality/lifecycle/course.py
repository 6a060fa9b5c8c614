"""The course of a site: acts are tried and judged by the model, and what the ledger says is compared with it.

do(who, permission, act, tells, faults): without a fault it is done and told just so, with one refused and on record
`compare` opens the site anew, folds everything, and wants what the model holds
"""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from homeostat.errors import HomeostatError
from homeostat.governance.custody import Book
from homeostat.governance.definitions import definitions
from homeostat.governance.released import status
from homeostat.historian import Historian
from homeostat.ledger import Event, Ledger, Recorded
from homeostat.ledger.catalogue import Payload
from homeostat.quality.deviations import deviations, requests
from homeostat.quality.model import ExceptionReport
from homeostat.quality.release import Grounds
from homeostat.quality.review import review, unresolved
from homeostat.quality.verify import verify_site

from . import scene
from .model import Batch, Changed, Model, Request, Shown, container_of
from .persons import lacks

WHOLE = 25
"""After so many events the site is opened anew, verified, and compared as a whole."""
OF_CUSTODY = ("container", "hand-over.")
OF_HOLDS = ("containers.held", "deviation.requested")
RECORD = {
    "apart": ("access.refused",),
    "state": ("access.refused",),
    "password": ("login.refused",),
    "stopped": OF_HOLDS,
}
"""What a refusal for each fault leaves on record; for want of a role or of training "access.refused" always."""
CAUSE = {"apart": "segregation", "state": "state"}


class Told(NamedTuple):
    """An event that an act leaves: its type, and every value that it changed with old and new."""

    type: str
    changes: Sequence[Changed] = ()


@dataclass(frozen=True)
class Look:
    """What somebody was shown of a batch some time ago, and how the model stood then."""

    sha256: str
    shown: Shown
    grounds: Grounds
    seq: int


class Course:
    """A site, the model beside it, and how far the ledger was read."""

    def __init__(self) -> None:
        self.stack = ExitStack()
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="course")))
        self.desk = self.stack.enter_context(scene.copied(self.folder))
        self.office, self.model = self.desk.office, Model()
        self.seq, self.steps, self.why = 0, 0, ""
        self.touched: set[str] = {*self.model.batches}
        self.compared, self.compared_whole = 0, 0
        self.reading = self.stack.enter_context(ExitStack())
        self._open_anew()
        self.looks: dict[str, Look] = {}
        self.done = dict[str, int]()
        places = dict[str, int]()
        for one in self.news():
            if one.event.type == "container.filled":
                batch = str(one.event.data["batch"])
                made = container_of(batch, places.get(batch, 0))
                places[batch] = places.get(batch, 0) + 1
                self.model.containers[str(one.event.data["container"])] = made

    def end(self) -> None:
        """The whole of it once more, and the site is gone."""
        self.compared = self.compared_whole = -WHOLE
        self.compare()
        self.stack.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def news(self) -> list[Recorded]:
        """What was put on record since the last look."""
        found = list(self.office.ledger.events(after=self.seq))
        self.seq = found[-1].seq if found else self.seq
        for one in found:
            of_site = one.event.type.startswith(OF_CUSTODY) or one.event.type == "deviation.requested"
            self.touched |= {*self.model.batches} if of_site else {one.event.batch}
        return found

    def reason(self) -> str:
        """A reason that is given but once."""
        self.steps += 1
        self.why = f"reason {self.steps}"
        return self.why

    # acts

    def do(
        self,
        who: str,
        permission: str,
        act: Callable[[], object],
        tells: Sequence[Told],
        *faults: str,
        right: bool | None = None,
    ) -> list[Recorded]:
        """Try an act; the events that it left, none where it was refused. `right` is said of what is signed."""
        lacking = lacks(who, permission)
        found = [fault for fault in (lacking, *faults, "" if right is not False else "password") if fault]
        try:
            act()
        except HomeostatError as error:
            assert found, f"{who} was refused what they may do: {error}"
            self._refused(who, permission, lacking, found)
            return []
        assert not found, f"{who} did what cannot be: {found}"
        events = self.news()
        cleared = [Told("failures.cleared")] if right and self.model.failures[who] else []
        self._told(who, events, [*cleared, *tells])
        if right:
            self.model.failures[who] = 0
        name = act.__qualname__.split(".")[1]
        self.done[name] = self.done.get(name, 0) + 1
        return events[len(cleared) :]

    def _refused(self, who: str, permission: str, lacking: str, faults: list[str]) -> None:
        """A refusal changed nothing, and is on record where it was one of authority or of identity."""
        events = self.news()
        types = tuple(one.event.type for one in events)
        if lacking:
            (refusal,) = events
            data = refusal.event.data
            said = (data["account"], data["permission"], data["cause"])
            assert (refusal.event.type, *said) == ("access.refused", who, permission, lacking)
        else:
            assert types in {RECORD[fault] for fault in faults}, f"{faults}: {types}"
        for one in events:
            attributable(one)
            if one.event.type == "access.refused" and not lacking:
                assert one.event.actor == who
                assert one.event.data["cause"] in {CAUSE[fault] for fault in faults if fault in CAUSE}
                if one.event.data["cause"] == "state":  # covering by a deviation is an act within one
                    assert one.event.data["permission"] in (permission, "deviation.open")
        self.model.failures[who] += types.count("login.refused")
        if types == OF_HOLDS:
            self.held(who, events)

    def _told(self, who: str, events: list[Recorded], tells: Sequence[Told]) -> None:
        """Who, when, why; old and new of all that changed: by the model's own account."""
        assert [one.event.type for one in events] == [one.type for one in tells]
        for one, told in zip(events, tells, strict=True):
            attributable(one)
            assert one.event.actor == who
            found = one.event.data.get("changes")
            assert isinstance(found, list)
            changes = [(each["field"], each["old"], each["new"]) for each in found]  # type: ignore[index,call-overload]
            assert changes == [*told.changes], f"{one.event.type}: {changes}"
            if one.event.type not in {"deviation.requested", "failures.cleared"}:
                assert one.event.data["why"] == self.why

    def held(self, who: str, events: list[Recorded]) -> None:
        """Containers are held: by an order, for a mismatch, or because their batch was not released.

        The exception is told by the hold; where the batch was not released, by the request of a deviation.
        """
        hold, asked = (one.event for one in events)
        names = [str(name) for name in hold.data["containers"]]  # type: ignore[union-attr]
        severity = "major" if hold.data["cause"] == "order" else "critical"
        told = asked.id if hold.data["cause"] == "release" else hold.id
        for name in names:
            one = self.model.containers[name]
            one.holders.append(who)
            one.offered = ""
        batches = dict.fromkeys(self.model.containers[name].batch for name in names)
        for batch in (self.model.batches[name] for name in batches):
            batch.holds += 1
            batch.once_held |= {name for name in names if self.model.containers[name].batch == batch.name}
            batch.coming.append(("identity mismatch", severity, told))
        self.model.requests[asked.id] = Request(next(iter(batches)), told)

    def outside(self, batch: str, payload: Payload, event: str, actor: str = "scan", hour: int = 6) -> None:
        """Something is put on record that is no person's act here."""
        data = payload.model_dump(mode="json")
        self.office.ledger.append(Event(event, payload.type, batch, hour * scene.HOUR, actor, data))
        self.office.ledger.commit()
        self.news()

    # what holds after every act

    def compare(self) -> None:
        """The site, as another reader folds it from its first event, is as the model has it.

        A batch of which nothing was put on record since the last time is left out. Now and then, and at the end, the
        site is opened anew, all of it is compared, and it verifies.
        """
        if self.seq == self.compared:
            return
        whole = self.seq - self.compared_whole >= WHOLE
        if whole:
            self._open_anew()
            self.compared_whole, self.touched = self.seq, {*self.model.batches}
            self.verified()
        ledger, historian = self.reader
        for name in sorted(self.touched & self.model.batches.keys()):
            self._compare_batch(ledger, historian, self.model.batches[name])
        self._compare_site(ledger)
        self.compared, self.touched = self.seq, set()

    def _open_anew(self) -> None:
        self.reading.close()
        self.reader = self.reading.enter_context(self.office.site.reading())

    def _compare_site(self, ledger: Ledger) -> None:
        assert told_deviations(ledger) == model_deviations(self.model)
        asked = {one.id: (one.batch, one.deviation) for one in requests(ledger)}
        assert asked == {name: (one.batch, one.deviation) for name, one in self.model.requests.items()}
        self._compare_containers(ledger)
        known = definitions(ledger, self.office.clock()).versions
        assert {one.version: one.state for one in known} == {
            version: self.model.definition(version) for version in self.model.versions
        }

    def _compare_batch(self, ledger: Ledger, historian: Historian, batch: Batch) -> None:
        now = review(ledger, historian, batch.name)
        self._taken_in(batch, now.report)
        assert {one.id: one.severity for one in now.report.items} == {
            name: severity for name, (severity, _) in batch.exceptions.items()
        }
        assert (now.state, now.signed_by) == self.model.review(batch)
        assert {one.exception: (one.by, one.deviation) for one in now.dispositions} == {
            name: (one.by, one.deviation) for name, one in batch.said.items()
        }
        assert {one.id for one in unresolved(ledger, historian, batch.name)} == self.model.unresolved(batch)
        stands = status(ledger, batch.name)
        assert (stands.state, stands.exceptional, dict(stands.pending), stands.by) == (
            batch.state,
            batch.exceptional,
            batch.pending,
            batch.decided_by.capitalize(),
        )

    def _taken_in(self, batch: Batch, report: ExceptionReport) -> None:
        """Exceptions that had to come have come, and no others; from now on they are known by their names."""
        fresh = [one for one in report.items if one.id not in batch.exceptions]
        assert sorted((one.group, one.severity) for one in fresh) == sorted(
            (group, severity) for group, severity, _ in batch.coming
        )
        holds = {hold for _, _, hold in batch.coming if hold}
        for one in fresh:
            hold = next((event for event in one.events if event in holds), "")
            batch.exceptions[one.id] = (one.severity, hold)
        batch.coming = []

    def _compare_containers(self, ledger: Ledger) -> None:
        known = Book.of(ledger).containers
        for name, one in self.model.containers.items():
            found = known[name]
            holders = [*found.held.by] if found.held else []
            offered = found.offer.receiver if found.offer else ""
            assert (found.phase, holders, offered) == (one.phase, one.holders, one.offered)
            assert found.custodian == (one.custodian if one.phase == "in custody" else "")

    def verified(self) -> None:
        """The site verifies: nothing is found but the signatures that were copied, and those that count for nothing."""
        found = verify_site(self.office.site)
        told = ["signatures"] * (self.model.forged + self.model.unasked)
        told += [f"batch {batch}" for batch in self.model.misplaced]
        assert [one.where for one in found.findings] == told, found
        assert len(found.altered) == self.model.forged + len(self.model.misplaced)


def attributable(one: Recorded) -> None:
    """Who, when (with the offset from UTC), and why."""
    assert one.event.actor
    assert str(one.event.data["why"]).strip()
    assert datetime.fromisoformat(one.recorded).utcoffset() is not None


def told_deviations(ledger: Ledger) -> dict[str, tuple[object, ...]]:
    """How the ledger has every deviation."""
    return {
        one.id: (
            one.batch,
            one.opened_by,
            [*one.exceptions],
            one.classification,
            one.impact,
            one.cause,
            [action.evidence for action in one.actions],
            one.closed_by,
        )
        for one in deviations(ledger)
    }


def model_deviations(model: Model) -> dict[str, tuple[object, ...]]:
    """How the model has them."""
    return {
        name: (
            one.batch,
            one.opened_by,
            one.exceptions,
            one.classification,
            one.impact,
            one.cause,
            one.actions,
            one.closed_by,
        )
        for name, one in model.deviations.items()
    }
