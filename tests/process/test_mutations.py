"""Damaged process files: whatever happens to the bytes, there are issues or a process, never another exception."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.process import library
from homeostat.process.load import examine_bytes
from tests.process.small import TEXT, TOY

FILES = [TEXT.encode(), *(entry.path.read_bytes() for entry in library())]
HOSTILE = [
    b"-1", b"0", b"1e999", b"nan", b"-inf", b"9" * 300, b"", b"''", b"[]", b"{}", b"[[[[", b"{a: b}", b"- -", b"? ",
    b"|",
    b"&a", b"*a", b"!!int 1", b"\x00", b"\xff", b"\t", b"5 mL", b"5 mL**99", b"(((((", b"no", b"<<: x", b"%", b"---",
    b"elapsed", b"__class__", "µ".encode(), "\ufeff".encode(), "٣".encode(), "é\u0301".encode(),
]  # fmt: skip

Mutation = tuple[str, int, int, bytes]
MUTATIONS = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "flip",
                "delete",
                "double",
                "swap lines",
                "swap words",
                "swap values",
                "hostile",
                "indent",
                "cut",
            ]
        ),
        st.integers(min_value=0, max_value=10**6),
        st.integers(min_value=0, max_value=10**6),
        st.sampled_from(HOSTILE),
    ),
    min_size=1,
    max_size=5,
)


def mutate(raw: bytes, mutation: Mutation) -> bytes:
    """`raw` after one mutation."""
    kind, first, second, hostile = mutation
    separator = b" " if kind in ("swap words", "hostile") else b"\n"
    parts = raw.split(separator)
    i, k = first % len(parts), second % len(parts)
    if kind == "flip" and raw:
        place = first % len(raw)
        return raw[:place] + bytes([raw[place] ^ (1 << second % 8)]) + raw[place + 1 :]
    if kind == "cut":
        return raw[: first % (len(raw) + 1)]
    if kind == "delete":
        del parts[i]
    elif kind == "double":
        parts.insert(k, parts[i])
    elif kind in ("swap lines", "swap words"):
        parts[i], parts[k] = parts[k], parts[i]
    elif kind == "swap values":
        (name, colon, value), (other, sign, exchanged) = parts[i].partition(b":"), parts[k].partition(b":")
        parts[i], parts[k] = name + colon + exchanged, other + sign + value
    elif kind == "hostile":
        parts[i] = hostile
    elif kind == "indent":
        parts[i] = b"  " + parts[i] if second % 2 else parts[i].lstrip()
    return separator.join(parts)


def judge(raw: bytes) -> None:
    """Either a process, or issues that name a line of the file, a fault and its mend."""
    examined = examine_bytes(raw, "mutated.yaml", {"toy": TOY})
    assert (examined.process is None) == bool(examined.issues)
    lines = raw.count(b"\n") + raw.count(b"\r") + 2
    for issue in examined.issues:
        assert 1 <= issue.line <= lines
        assert issue.what
        assert issue.mend
        assert "\n" not in str(issue)


def damage(raw: bytes, mutations: list[Mutation]) -> bytes:
    for mutation in mutations:
        raw = mutate(raw, mutation)
    return raw


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), MUTATIONS)
def test_a_damaged_file_gives_issues_or_a_process(raw: bytes, mutations: list[Mutation]) -> None:
    judge(damage(raw, mutations))


def judge_within(place: int, hostile: bytes) -> None:
    raw = TEXT.encode()
    judge(raw[:place] + hostile + raw[place:])


PLACES = st.sampled_from(range(len(TEXT)))


@settings(max_examples=120, deadline=None)
@given(PLACES, st.sampled_from(HOSTILE))
def test_hostile_text_anywhere_gives_issues_or_a_process(place: int, hostile: bytes) -> None:
    judge_within(place, hostile)


@pytest.mark.drill
@settings(max_examples=2000, deadline=None)
@given(PLACES, st.sampled_from(HOSTILE))
def test_hostile_text_at_two_thousand_places(place: int, hostile: bytes) -> None:
    judge_within(place, hostile)


@pytest.mark.drill
@settings(max_examples=20_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(FILES), MUTATIONS)
def test_twenty_thousand_damaged_files(raw: bytes, mutations: list[Mutation]) -> None:
    judge(damage(raw, mutations))


@pytest.mark.drill
def test_every_truncation_of_a_file() -> None:
    raw = TEXT.encode()
    for length in range(len(raw)):
        judge(raw[:length])


def test_large_files_of_one_kind_are_read_in_reasonable_depth(tmp_path: Path) -> None:
    judge(b"a: [" + b"1," * 100_000 + b"1]\n")
    judge(TEXT.encode() + b"".join(b"x%d: 1\n" % n for n in range(20_000)))
    judge(b"homeostat: 1\n" + b"{" * 1000)
