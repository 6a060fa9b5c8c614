"""Canonical bytes: one form for one value, exact round trips, and refusal of all that has no such form."""

import json
import math
import struct
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import LedgerError
from homeostat.ledger import JSON, Event, canonical, decode
from homeostat.ledger.event import encode

text = st.text(st.characters(exclude_categories=["Cs"]))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=20,
)
STAMP = "2026-01-01T00:00:00+00:00"
NAMES = b"B0001/000000/00\nB0001\nbatch.started"
START = Event("B0001/000000/00", "batch.started", "B0001", 0, "operator", {"process": "car-t"})


def test_the_form_is_sorted_spaceless_utf8() -> None:
    assert canonical({"b": [1, 2.5], "a": "37 °C\n\x01"}) == '{"a":"37 °C\\n\\u0001","b":[1,2.5]}'.encode()


@given(json_values)
def test_a_round_trip_is_exact(value: JSON) -> None:
    assert json.loads(canonical(value)) == value


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_round_trip_bit_for_bit(value: float) -> None:
    assert struct.pack(">d", json.loads(canonical(value))) == struct.pack(">d", value)


@given(st.dictionaries(text, json_values, min_size=2, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, JSON]) -> None:
    backwards = OrderedDict(reversed(value.items()))
    assert canonical(backwards) == canonical(value) == canonical(MappingProxyType(value))


def test_a_tuple_is_an_array() -> None:
    assert canonical((1, "a")) == canonical([1, "a"]) == b'[1,"a"]'


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (math.nan, "canonical"),
        ({"deep": [math.inf]}, "canonical"),
        ({1: "one"}, "key 1"),
        ([{"a": {None: 1}}], "key None"),
        ("\ud800", "surrogate"),
        ({"set": {1}}, "type set"),
        (b"bytes", "type bytes"),
        ({"complex": 1j}, "type complex"),
    ],
)
def test_what_has_no_faithful_form_is_refused(value: JSON, word: str) -> None:
    with pytest.raises(LedgerError, match=word):
        canonical(value)


def test_a_cycle_is_refused() -> None:
    cycle: list[JSON] = []
    cycle.append(cycle)
    with pytest.raises(LedgerError, match="canonical"):
        canonical(cycle)


def test_an_event_comes_back_as_it_went_in() -> None:
    body = encode(START, "2026-11-20T08:00:00+00:00")
    recorded = decode(7, NAMES, body, b"h" * 32)
    assert (recorded.seq, recorded.event, recorded.recorded) == (7, START, "2026-11-20T08:00:00+00:00")
    assert (recorded.body, recorded.hash) == (body, b"h" * 32)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(START, id=""),
        replace(START, id="B1\n2"),
        replace(START, type=""),
        replace(START, batch="B\x00"),
        replace(START, actor=None),
        replace(START, time=1.5),
        replace(START, time=True),
        replace(START, data=[1]),
        replace(START, data={"value": math.nan}),
        replace(START, actor="\ud800"),
    ],
)
def test_an_event_that_cannot_be_kept_is_refused_by_name(wrong: Event) -> None:
    with pytest.raises(LedgerError) as refusal:
        encode(wrong, "now")
    assert refusal.value.where.startswith("event")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"\xff\xfe", b'{"id":"x"}', b"[" * 5000])
def test_bytes_that_are_no_event_say_so(body: bytes) -> None:
    with pytest.raises(LedgerError, match="event 3: its stored bytes are not an event"):
        decode(3, NAMES, body, b"")


MISFITS: list[tuple[str, JSON, str]] = [
    ("actor", ["olga"], "its actor cannot be that of an event"),
    ("batch", {"B": 1}, "its batch cannot be that of an event"),
    ("data", [], "its data cannot be that of an event"),
    ("id", None, "its id cannot be that of an event"),
    ("time", 1.0, "its time cannot be that of an event"),
    ("time", True, "its time cannot be that of an event"),
    ("type", [1], "its type cannot be that of an event"),
    ("recorded", 5, "its recorded cannot be that of an event"),
    ("recorded", "yesterday", "its stamp is no time with an offset"),
    ("recorded", "2026-01-01T00:00:00", "its stamp is no time with an offset"),
    ("id", "B0001/000000/01", "its id, batch or type column differs from its signed bytes"),
    ("batch", "", "its id, batch or type column differs from its signed bytes"),
    ("type", "account.locked", "its id, batch or type column differs from its signed bytes"),
    ("actor", "\ud800", "its id, batch, type or actor is not printable text"),
    ("actor", "olga\x00", "its id, batch, type or actor is not printable text"),
    ("data", {"value": math.nan}, "it holds what has no one form, such as NaN"),
    ("data", {"text": ["\udfff"]}, "a text in it holds half of a surrogate pair"),
    ("id", "\ud800", "its id, batch or type column differs from its signed bytes"),
]


def test_names_that_hold_line_ends_are_no_names() -> None:
    """Columns 'a' and 'b', 'c.d' would else be those of a body that calls them 'a\nb' and 'c.d'."""
    body = json.dumps({**json.loads(encode(START, STAMP)), "id": "a\nb", "batch": "c", "type": "d"}).encode()
    assert decode(3, b"a\nb\nc\nd", body, b"").fault


@pytest.mark.parametrize(("field", "value", "words"), MISFITS)
def test_a_body_that_is_not_the_event_of_its_columns_is_told_and_says_nothing(
    field: str, value: JSON, words: str
) -> None:
    body = json.dumps({**json.loads(encode(START, STAMP)), field: value}).encode()
    found = decode(3, NAMES, body, b"hash")
    assert (found.fault, found.seq, found.body, found.hash) == (words, 3, body, b"hash")
    assert found.event == replace(START, time=0, actor="", data={})
    assert found.recorded == ""


UNCANONICAL: dict[str, Callable[[bytes], bytes]] = {
    "lines": lambda body: json.dumps(json.loads(body), indent=1, sort_keys=True).encode(),
    "spaces": lambda body: body.replace(b":", b": ", 1),
    "another order": lambda body: json.dumps(
        dict(reversed(json.loads(body).items())), separators=(",", ":")
    ).encode(),
    "a key twice": lambda body: body.replace(b'"type":', b'"type":"account.locked","type":'),
    "a key twice within": lambda body: body.replace(b'"process":', b'"process":1,"process":'),
    "a field more": lambda body: body[:-1] + b',"zone":1}',
    "a letter written as its number": lambda body: body.replace(b"B0001", b"B000\\u0031", 1),
    "a number otherwise": lambda body: body.replace(b'"time":0', b'"time":-0', 1),
    "a blank behind": lambda body: body + b" ",
}


@pytest.mark.parametrize("name", UNCANONICAL)
def test_a_body_in_another_form_than_the_one_is_told(name: str) -> None:
    """A reader that takes the first of two keys would find another event in the same signed bytes."""
    sound = encode(START, STAMP)
    assert decode(3, NAMES, sound, b"").fault == ""
    other = UNCANONICAL[name](sound)
    assert other != sound
    found = decode(3, NAMES, other, b"hash")
    assert found.fault == "its bytes are not the one form of what they say"
    assert found.event.data == {}
