"""The sheet on which the stages of one scan note their decisions; it numbers them, and so names the events."""

from homeostat.ledger.catalogue import Payload


class Sheet:
    """Decisions in the order they were taken. The number goes on where the scan's recorded arrivals ended."""

    def __init__(self, prefix: str, first: int) -> None:
        self.prefix = prefix
        self._next = first
        self.decisions: list[tuple[str, Payload]] = []

    def note(self, payload: Payload) -> str:
        """Add a decision and return its event id."""
        event = f"{self.prefix}/{self._next:03d}"
        self._next += 1
        self.decisions.append((event, payload))
        return event
