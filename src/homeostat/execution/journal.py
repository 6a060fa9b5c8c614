"""The journal: a batch's events go to the ledger once, however often the scan that decides them is executed.

During recovery the scan is executed again over what was recorded. An event that is already in the ledger is compared
instead of appended: the same id must carry the same content, or the record and its execution disagree.
"""

from collections.abc import Iterable, Mapping

from homeostat.errors import ExecutionError
from homeostat.ledger import JSON, Event, Ledger, Recorded, canonical
from homeostat.ledger.catalogue import Payload, payload


class Journal:
    """Events of one batch: those on record at the start, and those appended since."""

    def __init__(self, ledger: Ledger, batch: str, known: Iterable[Recorded]) -> None:
        self._ledger = ledger
        self._batch = batch
        self._known = {recorded.event.id: recorded.event for recorded in known}
        self._waiting = 0

    def __contains__(self, event: str) -> bool:
        """Whether the event was on record when this journal was opened."""
        return event in self._known

    def recall(self, event: str) -> Payload:
        """The payload of an event on record."""
        known = self._known[event]
        return payload(known.type, known.data)

    def put(self, event: str, time: int, actor: str, content: Payload) -> None:
        """Append an event, or compare it with the one on record. Raises ExecutionError where they differ."""
        made = Event(event, content.type, self._batch, time, actor, content.model_dump(mode="json"))
        known = self._known.get(event)
        if known is None:
            self._ledger.append(made)
            self._waiting += 1
        elif difference(known, made):
            raise ExecutionError(
                f"executing the record again gives another event: {difference(known, made)}",
                where=f"event {event}",
                mend="was the software, the process or the machine changed? See: homeostat replay",
            )

    def note(self, content: Payload, name: str) -> None:
        """Append an event of the site about this batch, unless it is on record or waits already."""
        event = f"site/{self._batch}/{name}"
        if event not in self._ledger:
            data = content.model_dump(mode="json")
            self._ledger.append(Event(event, content.type, "", 0, "historian", data))
            self._waiting += 1

    def commit(self) -> None:
        """Make everything appended so far durable."""
        if self._waiting:
            self._ledger.commit()
            self._waiting = 0


def difference(recorded: Event, executed: Event) -> str:
    """What differs between an event on record and the one that execution gives; empty when nothing does."""
    for field in ("type", "time", "actor"):
        before, after = getattr(recorded, field), getattr(executed, field)
        if before != after:
            return f"{field} is {after}, on record {before}"
    return _difference(recorded.data, executed.data)


def _difference(before: Mapping[str, JSON], after: Mapping[str, JSON]) -> str:
    for key in sorted(before.keys() | after.keys()):
        if canonical({"": before.get(key)}) != canonical({"": after.get(key)}):
            return f"{key} is {after.get(key)!r}, on record {before.get(key)!r}"
    return ""
