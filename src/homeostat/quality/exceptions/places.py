"""Places: the ids of the events that a line of the record comes from, so that a reviewer can go and look."""

from collections import defaultdict

from homeostat.ledger.catalogue import BatchStarted, ChunksSealed, Payload
from homeostat.quality.story import Story


class Places:
    """Event ids of one story, by what they are about; each kind of event is gone through once."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._known: dict[tuple[str, str], dict[str, list[tuple[int, str]]]] = {}

    def of(self, kind: type[Payload], field: str, name: str, time: int | None = None) -> tuple[str, ...]:
        """Ids of the events of a kind whose `field` is `name`, all of them or those at `time`."""
        known = self._known.get((kind.type, field))
        if known is None:
            known = self._known[kind.type, field] = self._gone_through(kind, field)
        return tuple(event for at, event in known.get(name, ()) if time is None or at == time)

    def _gone_through(self, kind: type[Payload], field: str) -> dict[str, list[tuple[int, str]]]:
        found: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for fact in self._story.of(kind):
            found[str(getattr(fact.data, field))].append((fact.time, fact.id))
        return found

    def start(self) -> tuple[str, ...]:
        """The event with which the batch began."""
        return tuple(fact.id for fact in self._story.of(BatchStarted)[:1])

    def series(self, *times: int) -> tuple[str, ...]:
        """The events that vouch for the historian's rows at `times`; where none does yet, the batch's start."""
        seals = self._story.of(ChunksSealed)
        found = [one.id for one in seals if any(one.data.start <= time <= one.data.end for time in times)]
        return tuple(found) or self.start()
