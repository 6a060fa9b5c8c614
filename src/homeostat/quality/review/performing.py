"""Who had a part in a batch, and so does not judge it: what a person started, entered, ordered or changed.

What was refused for want of a valid signature is nobody's part: else anybody could keep a reviewer away in their name.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    AlarmOrdered,
    BatchStarted,
    CommandGiven,
    ControlOrdered,
    CorrectionGiven,
    EntryAmended,
    Payload,
    PromptAnswered,
    RecipeChangeOrdered,
    ResultReported,
    VerificationGiven,
    payload,
)


class _Part(NamedTuple):
    """What a kind of event says that a person did, and whom it names ("": nobody)."""

    words: str
    who: Callable[[Payload], str]


def _entered(content: Payload) -> str:
    entry = getattr(content, "entry", None)
    return "" if entry is None or "signature" in entry.causes else str(entry.by)


def _ordered(content: Payload) -> str:
    return "" if getattr(content, "objection", "") else str(getattr(content, "by", "") or "")


def _started(content: Payload) -> str:
    return str(getattr(content, "started_by", ""))


def _reported(content: Payload) -> str:
    return str(getattr(content, "by", ""))


_PARTS: Mapping[type[Payload], _Part] = {
    BatchStarted: _Part("started the batch", _started),
    PromptAnswered: _Part("performed steps of the batch", _entered),
    VerificationGiven: _Part("verified entries of the batch", _entered),
    CorrectionGiven: _Part("corrected entries of the batch", _entered),
    EntryAmended: _Part("corrected or verified entries of the batch once it had ended", _entered),
    CommandGiven: _Part("commanded the batch", _ordered),
    AlarmOrdered: _Part("gave orders about alarms of the batch", _ordered),
    ControlOrdered: _Part("gave orders to controllers of the batch", _ordered),
    RecipeChangeOrdered: _Part("changed the recipe of the batch", _ordered),
    ResultReported: _Part("reported results of the batch once it had ended", _reported),
}
_TYPES = tuple(kind.type for kind in _PARTS)


def performers(ledger: Ledger, batch: str, person: str) -> dict[str, str]:
    """The parts that a person had in a batch, as `distinct` asks: what they did -> the account."""
    found = (_part(recorded) for recorded in ledger.events(batch=batch, types=_TYPES))
    return {words: person for words, who in found if who == person}


def _part(recorded: Recorded) -> tuple[str, str]:
    content = payload(recorded.event.type, recorded.event.data)
    part = _PARTS[type(content)]
    return part.words, part.who(content)
