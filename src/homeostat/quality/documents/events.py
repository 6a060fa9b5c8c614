"""Every event of a batch as a line, and every value that was changed after it was first entered, with its history."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence

from homeostat.ledger import JSON, Recorded
from homeostat.ledger.catalogue import EntryJudged, SampleResult
from homeostat.ledger.readable import readable
from homeostat.quality.documents.paper import Section, Table, section, table
from homeostat.quality.documents.stamps import second
from homeostat.quality.wording import moment, number

SAID = 160
"""So many characters of an event's data are printed; the attached JSON and the bundle have all of them."""
_HASH = 16
MOST = 5_000
"""So many events are listed one by one; a run of 12 days has some hundreds."""
_MACHINES = frozenset({"scan", "engine", "equipment", "historian", "laboratory", "site", "system"})
"""Who acts without a person."""


def audit_trail(events: Sequence[Recorded]) -> Section:
    """Every event of the batch; of very many, what persons and alarms did, with count and hash of all the others."""
    shown = list(events) if len(events) <= MOST else [one for one in events if _speaks(one)][:MOST]
    columns = "Place>|Recorded|At>|By|Event|Data|Hash (first 16)"
    listed = table("In the order of the ledger", columns, map(_line, shown))
    if len(shown) == len(events):
        return section("Audit trail: every event of the batch", listed)
    known = {one.seq for one in shown}
    rest = [one for one in events if one.seq not in known]
    digest = hashlib.sha256(b"".join(one.hash for one in rest)).hexdigest()
    kinds = sorted(Counter(one.event.type for one in rest).items())
    counted = table(
        "The others, counted", "Event|Times>", [(kind, number(times, 9)) for kind, times in kinds]
    )
    said = (
        f"Listed are {number(len(shown), 9)} events by persons and about alarms. The other {number(len(rest), 9)} are"
        " in full in the batch's bundle (events.jsonl); SHA-256 over their hashes, in the order of the ledger:"
        f" {digest}."
    )
    return section("Audit trail: what persons and alarms did", listed, counted, texts=(said,))


def _speaks(one: Recorded) -> bool:
    """Whether a person did it, or it is of an alarm or of the batch itself."""
    return one.event.actor not in _MACHINES or one.event.type.startswith(("alarm.", "batch."))


def _line(one: Recorded) -> tuple[str, ...]:
    """Place, wall-clock stamp, process time, who, what, with which data, under which hash."""
    return (
        str(one.seq),
        second(one.recorded),
        moment(one.event.time),
        one.event.actor,
        one.event.type,
        _said(one.event.data),
        one.hash.hex()[:_HASH],
    )


def corrections(events: Sequence[Recorded]) -> Table:
    """Each change of an act, of an entry, or of a reported result: what it was, what it is, who, when and why."""
    reported: dict[tuple[str, str, str], JSON] = {}
    rows = []
    for one in filter(readable, events):
        data, actor = one.event.data, one.event.actor
        if one.event.type == SampleResult.type:
            found = _reported_anew(data, reported)
        elif one.event.type == EntryJudged.type:
            found = _corrected(data)
            actor = str(data.get("by", actor))
        else:
            found = [
                (str(each.get("field", "")), each.get("old"), each.get("new")) for each in _changes(data)
            ]
        why = str(data.get("why") or data.get("reason") or "")
        rows += [(of, _value(old), _value(new), actor, second(one.recorded), why) for of, old, new in found]
    return table("Old and new", "Of|Was|Is|By|When|Why", rows)


def _corrected(data: Mapping[str, JSON]) -> list[tuple[str, JSON, JSON]]:
    """What a judgement of the scan says was put in place of what."""
    if data.get("status") != "corrected":
        return []
    return [(str(data.get("prompt", "")), data.get("old"), data.get("answer"))]


def _reported_anew(
    data: Mapping[str, JSON], before: dict[tuple[str, str, str], JSON]
) -> list[tuple[str, JSON, JSON]]:
    """The values that a report gives otherwise than the one `before`, which is kept up with it."""
    sample, assay, values = str(data.get("sample")), str(data.get("assay")), data.get("values")
    found: list[tuple[str, JSON, JSON]] = []
    for name, value in values.items() if isinstance(values, Mapping) else ():
        old = before.get((sample, assay, name))
        if old is not None and old != value:
            found.append((f"{name} of sample {sample}, {assay}", old, value))
        before[sample, assay, name] = value
    return found


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
