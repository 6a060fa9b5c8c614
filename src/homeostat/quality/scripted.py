"""Answers without an entry in the batches of a GMP site: the scan refuses each of them, for nobody gave it.

events of GMP batches -> which of these answers were refused, and so decided nothing
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import Payload, PromptAnswered, PromptClosed, VerificationGiven


@dataclass
class Scripted:
    """Such answers by their places: those that a prompt `waits` with, and the `refused`."""

    waits: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, heard: Iterable[tuple[Recorded, Payload]]) -> "Scripted":
        """As these events have it, in the order of the ledger."""
        found = cls()
        for recorded, content in heard:
            found._hear(recorded, content)
        return found

    def _hear(self, recorded: Recorded, content: Payload) -> None:
        """A refusal is of all answers since the last person's; a prompt that is accepted after it takes it back."""
        match content:
            case PromptAnswered(entry=None) | VerificationGiven(entry=None):
                self.waits.setdefault((recorded.event.batch, content.prompt), set()).add(recorded.seq)
            case PromptAnswered() | VerificationGiven():
                self.waits.pop((recorded.event.batch, content.prompt), None)
            case PromptClosed():
                waiting = self.waits.get((recorded.event.batch, content.prompt), set())
                (self.refused.difference_update if content.accepted else self.refused.update)(waiting)
            case _:
                pass
