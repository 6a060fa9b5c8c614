"""An event and its canonical bytes: what is hashed, signed and stored.

In: an `Event` from the execution or quality rooms. Out: bytes that are the same for the same event on every
machine, and back again.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple, TypeAlias

from homeostat.errors import LedgerError

JSON: TypeAlias = "bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None"
"""What an event may carry: plain JSON, so that a record can be read without this software."""

_KINDS = {"actor": str, "batch": str, "data": dict, "id": str, "recorded": str, "time": int, "type": str}
"""The fields of a stored body, and of which kind each is."""
_TYPES = (*_KINDS.values(),)
_ENDS = 2
"""Line ends between the three columns that name an event."""
_fields = itemgetter(*_KINDS)
_SCALARS = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class Event:
    """One discrete act or observation of a batch or of the site.

    `id` is the idempotency key, unique in the ledger ("B0001/004321/02"); `type` a dotted name
    ("batch.started"); `batch` the batch's id, "" for site events; `time` the process time in microseconds
    since the batch's start; `actor` who or what acted; `data` the payload.
    """

    id: str
    type: str
    batch: str
    time: int
    actor: str
    data: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as it stands in the ledger, at place `seq` (from 1).

    `recorded` is the wall-clock stamp (ISO 8601 with UTC offset), `body` the canonical bytes, `hash` the
    chain's SHA-256 over the hash before it and the body. `fault` says why the stored bytes are not the event that the
    ledger's columns name; then `event` is what these say alone, and counts for nothing.
    """

    seq: int
    event: Event
    recorded: str
    body: bytes
    hash: bytes
    fault: str = ""


def canonical(value: JSON) -> bytes:
    """The one byte form of `value`: keys sorted, no spaces, UTF-8, shortest floats that round-trip.

    Strings are escaped as RFC 8785 (JCS) asks. It differs from JCS in three points, each to keep a round trip
    exact in Python: numbers are written as Python writes them (`1.0` stays a float, `1e-07`, `-0.0`),
    integers may exceed 2**53, and keys are sorted by code point, not by UTF-16 unit (a difference only beyond
    the basic plane). Mappings become objects, lists and tuples arrays.

    Raises `LedgerError` for NaN and infinities, keys that are not text, lone surrogates, cycles and anything
    that is not JSON: none has one faithful byte form.
    """
    try:
        _refuse_other_keys(value)
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError as fault:
        raise LedgerError("a text holds a lone surrogate, which UTF-8 cannot store") from fault
    except (ValueError, RecursionError) as fault:
        raise LedgerError(f"a value has no canonical JSON form: {fault}") from fault


def encode(event: Event, recorded: str) -> bytes:
    """The canonical body of `event` with its wall-clock stamp; `LedgerError` names the event at fault."""
    _refuse_bad_fields(event)
    body: dict[str, JSON] = {
        "actor": event.actor,
        "batch": event.batch,
        "data": event.data,
        "id": event.id,
        "recorded": recorded,
        "time": event.time,
        "type": event.type,
    }
    try:
        return canonical(body)
    except LedgerError as fault:
        raise LedgerError(fault.what, where=f"event {event.id}") from fault


def decode(seq: int, names: bytes, body: bytes, hash: bytes) -> Recorded:
    """The event stored at `seq` under these `names` (as `naming` puts them) as `body` with chain hash `hash`.

    Raises `LedgerError` if the body is no event at all.
    """
    fields = stored_fields(seq, body)
    if fault := _misfit(fields, names) or _uncanonical(fields, body):
        return _misfitting(seq, names, body, hash, fault)
    event = Event(fields.id, fields.type, fields.batch, fields.time, fields.actor, fields.data)
    return Recorded(seq, event, fields.recorded, body, hash)


def naming(name: str, batch: str, kind: str) -> bytes:
    """The columns that name an event, as one. No name holds a line end, nor half of a surrogate pair."""
    return f"{name}\n{batch}\n{kind}".encode(errors="surrogatepass")


class Stored(NamedTuple):
    """What a stored body says, of whatever kind it is there."""

    actor: Any
    batch: Any
    data: Any
    id: Any
    recorded: Any
    time: Any
    type: Any


def stored_fields(seq: int, body: bytes) -> Stored:
    """What the body says that is stored at `seq`; `LedgerError` if it is no event at all."""
    try:
        said = json.loads(body.decode())  # of bytes, json would guess the encoding first
        return Stored._make(_fields(said))
    except (ValueError, TypeError, KeyError, RecursionError) as fault:
        raise LedgerError(
            "its stored bytes are not an event", where=f"event {seq}", mend="run `homeostat verify`"
        ) from fault


def _misfit(fields: Stored, names: bytes) -> str:
    """Why a body is not the event of these names, in words: whoever holds the site's key can sign anything."""
    if (*map(type, fields),) != _TYPES:
        odd = [field for field, value in zip(_KINDS, fields, strict=True) if type(value) is not _KINDS[field]]
        return f"its {' and its '.join(odd)} cannot be that of an event"
    if naming(fields.id, fields.batch, fields.type) != names or names.count(b"\n") != _ENDS:
        return "its id, batch or type column differs from its signed bytes"
    if not f"{fields.id}{fields.batch}{fields.type}{fields.actor}".isprintable():
        return "its id, batch, type or actor is not printable text"
    try:
        zoned = datetime.fromisoformat(fields.recorded).tzinfo is not None
    except ValueError:
        zoned = False
    return "" if zoned else "its stamp is no time with an offset"


def _uncanonical(fields: Stored, body: bytes) -> str:
    """Why a body is not the one form of what it says, in words: two readers might find two events in another."""
    try:
        same = _AGAIN.encode(dict(zip(_KINDS, fields, strict=True))).encode() == body
        return "" if same else "its bytes are not the one form of what they say"
    except UnicodeEncodeError:
        return "a text in it holds half of a surrogate pair"
    except (ValueError, RecursionError):
        return "it holds what has no one form, such as NaN"


def _misfitting(seq: int, names: bytes, body: bytes, hash: bytes, fault: str) -> Recorded:
    """What is left of an event that counts for nothing: its place, and what it is called there."""
    name, batch, kind, *_ = [*names.decode(errors="replace").split("\n"), "", ""]
    return Recorded(seq, Event(name, kind, batch, 0, "", {}), "", body, hash, fault)


def _refuse_bad_fields(event: Event) -> None:
    """Names are printable text (SQLite and people read them) and the process time is a whole number."""
    where = f"event {event.id!r}"
    for field, text in (
        ("id", event.id),
        ("type", event.type),
        ("batch", event.batch),
        ("actor", event.actor),
    ):
        if not isinstance(text, str) or not text.isprintable():
            raise LedgerError(f"the {field} {text!r} is not printable text", where=where)
    if not event.id or not event.type:
        raise LedgerError("an event needs an id and a type", where=where)
    if not isinstance(event.time, int) or isinstance(event.time, bool):
        raise LedgerError(f"the time {event.time!r} is not a whole number of microseconds", where=where)
    if not isinstance(event.data, Mapping):
        raise LedgerError("the data are not a mapping of names to values", where=where)


def _refuse_other_keys(value: object) -> None:
    """JSON encoders turn the key 1 into "1" silently, and two keys could become one.

    Exact types are asked first: nearly every value is one of those, and every event passes here.
    """
    if type(value) is dict or isinstance(value, Mapping):
        for key, item in value.items():
            if type(key) is not str and not isinstance(key, str):
                raise LedgerError(f"the key {key!r} is not text")
            if type(item) not in _SCALARS:
                _refuse_other_keys(item)
    elif isinstance(value, list | tuple):
        for item in value:
            if type(item) not in _SCALARS:
                _refuse_other_keys(item)


def _plain(value: object) -> object:
    """What the encoder does not know itself: any mapping is an object, everything else is refused."""
    if isinstance(value, Mapping):
        return dict(value)
    raise LedgerError(f"a value of type {type(value).__name__} has no JSON form")


_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
)
_AGAIN = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, check_circular=False
)
"""The same for what was just read, which holds plain values and no circle."""
