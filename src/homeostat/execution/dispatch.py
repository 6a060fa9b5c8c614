"""Dispatch: intended commands go to the equipment once each, and what became of them goes on record.

The caller makes the intents durable first. During recovery a command on record is not sent again, unless the equipment
is one whose past is computed anew; where the outcome is not on record and the equipment cannot tell it, it is unknown.
"""

from typing import Protocol

from homeostat.equipment import Command, Outcome
from homeostat.errors import ExecutionError
from homeostat.execution.journal import Journal
from homeostat.execution.memory import DONE
from homeostat.ledger.catalogue import CommandIntended, CommandOutcome

Intents = list[tuple[str, CommandIntended]]


class Commanded(Protocol):
    """As much of a driver as commands go through."""

    @property
    def repeatable(self) -> bool:
        """Whether its past is computed anew when a batch is recovered."""
        ...

    def execute(self, command: Command) -> Outcome:
        """Carry a command out."""
        ...

    def confirm(self, command_id: str) -> Outcome | None:
        """What became of a command: None if it never arrived, an unknown outcome if the equipment cannot tell."""
        ...


def unanswered(intents: Intents, journal: Journal) -> bool:
    """Whether one of the intents has no outcome on record."""
    return any(event + DONE not in journal for event, _ in intents)


def dispatch(intents: Intents, time: int, driver: Commanded, journal: Journal) -> list[CommandOutcome]:
    """The outcomes of the intents, in their order; each is put into the journal."""
    outcomes = []
    for event, intent in intents:
        outcome = _outcome(event, intent, driver, journal)
        journal.put(event + DONE, time, "equipment", outcome)
        outcomes.append(outcome)
    return outcomes


def _outcome(event: str, intent: CommandIntended, driver: Commanded, journal: Journal) -> CommandOutcome:
    """From the record, from the equipment's memory, or by sending the command now."""
    command = Command(event, intent.kind, intent.target, intent.value, intent.unit, intent.retain)
    if event + DONE in journal:
        recorded = journal.recall(event + DONE)
        if not isinstance(recorded, CommandOutcome):
            raise ExecutionError("the outcome of a command is of another type", where=event + DONE)
        if driver.repeatable and recorded.status != "unknown":
            driver.execute(command)
        return recorded
    confirmed = driver.confirm(event) if event in journal else None
    return _told(event, driver.execute(command) if confirmed is None else confirmed)


def _told(event: str, outcome: Outcome) -> CommandOutcome:
    return CommandOutcome(intent=event, status=outcome.status, value=outcome.value, detail=outcome.detail)
