"""Every event of a batch as a line, and every value that was changed after it was first entered, with its history."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from homeostat.ledger import JSON, Recorded
from homeostat.quality.documents.paper import Table, table
from homeostat.quality.wording import moment

SAID = 160
"""So many characters of an event's data are printed; the attached JSON and the bundle have all of them."""
_HASH = 16


def audit_trail(events: Sequence[Recorded]) -> Table:
    """One line an event: place, wall-clock stamp, process time, who, what, with which data, under which hash."""
    rows = [
        (
            str(one.seq),
            stamp(one.recorded),
            moment(one.event.time),
            one.event.actor,
            one.event.type,
            _said(one.event.data),
            one.hash.hex()[:_HASH],
        )
        for one in events
    ]
    return table("In the order of the ledger", "Place>|Recorded|At>|By|Event|Data|Hash (first 16)", rows)


def stamp(recorded: str) -> str:
    """A wall-clock stamp as printed: to the second, always with its offset from UTC."""
    try:
        return datetime.fromisoformat(recorded).isoformat(" ", "seconds")
    except ValueError:
        return recorded


def corrections(events: Sequence[Recorded]) -> Table:
    """Each change that an act put on record: what it was, what it is, who changed it, when and why."""
    rows = [
        (
            str(change.get("field", "")),
            _value(change.get("old")),
            _value(change.get("new")),
            one.event.actor,
            stamp(one.recorded),
            str(one.event.data.get("why", "")),
        )
        for one in events
        for change in _changes(one.event.data)
    ]
    return table("Old and new", "Of|Was|Is|By|When|Why", rows)


def _changes(data: Mapping[str, JSON]) -> list[Mapping[str, JSON]]:
    """The changes of an act that replaced something; a first entry has nothing before it."""
    changes = data.get("changes")
    listed = changes if isinstance(changes, Sequence) and not isinstance(changes, str) else ()
    return [one for one in listed if isinstance(one, Mapping) and one.get("old") is not None]


def _said(data: Mapping[str, JSON]) -> str:
    text = ", ".join(
        f"{name} {_value(value)}" for name, value in sorted(data.items()) if value not in ("", None)
    )
    return text if len(text) <= SAID else text[: SAID - 1] + "…"


def _value(value: JSON) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
