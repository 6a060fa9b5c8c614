"""Signed heads and their exported file: what is signed, how a line reads back, and how a crash is made up for."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import LedgerError
from homeostat.ledger import Head, PublicKey, SiteKey, canonical, read_heads
from homeostat.ledger.heads import FIRST, catch_up, digest, parse_line, sign_head

STAMP = "2026-11-20T08:00:00+00:00"


@pytest.fixture
def heads(key: SiteKey) -> list[Head]:
    """Three heads as a ledger would sign them."""
    signed = list[Head]()
    for size in (10, 20, 30):
        after = signed[-1] if signed else None
        signed.append(sign_head(key, after=after, size=size, root=b"r" * 32, chain=b"c" * 32, recorded=STAMP))
    return signed


def stored(heads: list[Head]) -> Callable[[int], Iterator[Head]]:
    return lambda least: (head for head in heads if head.size >= least)


def test_the_signature_covers_every_field(heads: list[Head], key: SiteKey) -> None:
    head = heads[0]
    assert head.signed_by(key.public)
    changes: list[dict[str, object]] = [
        {"size": 11},
        {"previous": 1},
        {"root": b"x" * 32},
        {"chain": b"x" * 32},
        {"recorded": "2027"},
        {"key": "f" * 64},
        {"signature": bytes(64)},
        {"before": bytes(32)},
        {"before": b""},
    ]
    for change in changes:
        assert not replace(head, **change).signed_by(key.public), change


def test_another_key_has_not_signed_it(heads: list[Head], tmp_path: Path) -> None:
    SiteKey.create(tmp_path)
    assert not heads[0].signed_by(PublicKey.load(tmp_path))


def test_signed_bytes_say_what_they_are(heads: list[Head]) -> None:
    context, fields = heads[0].signed_bytes().split(b"\n")
    assert context == b"homeostat ledger head, version 2"
    assert fields.startswith(b'{"before":"e3b0c442')


def test_each_head_names_the_line_of_the_one_before(heads: list[Head]) -> None:
    assert [head.before for head in heads] == [FIRST, digest(heads[0].line()), digest(heads[1].line())]
    assert [head.previous for head in heads] == [0, 10, 20]


def test_a_head_of_version_1_reads_back_and_is_verified(heads: list[Head], key: SiteKey) -> None:
    draft = replace(heads[0], before=b"")
    old = replace(draft, signature=key.sign(draft.signed_bytes()))
    assert old.signed_bytes().startswith(b'homeostat ledger head, version 1\n{"chain"')
    assert parse_line(old.line(), "here") == old
    assert old.signed_by(key.public)
    assert not replace(old, before=FIRST).signed_by(key.public)


@given(
    st.text(st.characters(exclude_categories=["Cs"])), st.integers(min_value=0), st.sampled_from([b"", FIRST])
)
def test_a_line_is_canonical(text: str, size: int, before: bytes) -> None:
    line = Head(size, size, b"r" * 32, b"c" * 32, text, text, b"s" * 64, before).line()
    assert line == canonical(json.loads(line)) + b"\n"


def test_lines_read_back(heads: list[Head], tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_bytes(b"".join(head.line() for head in heads))
    assert read_heads(path) == heads


@pytest.mark.parametrize(
    "damage",
    [
        lambda line: line.replace(b'"size":20', b'"size":"20"'),
        lambda line: line.replace(b'"size":20', b'"size":20.0'),
        lambda line: line.replace(b'"size":20', b'"size": 20'),
        lambda line: line.replace(b'"root":"72', b'"root":"zz'),
        lambda line: line.replace(b'"key"', b'"kex"'),
        lambda line: line[5:],
        lambda line: b"\xff" + line,
        lambda line: b"[]\n",
        lambda line: b"\n",
    ],
)
def test_a_line_that_is_no_head_is_named(
    heads: list[Head], tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_bytes(heads[0].line() + damage(heads[1].line()))
    with pytest.raises(LedgerError, match=r"heads\.jsonl line 2: this line is not a signed head"):
        read_heads(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        read_heads(tmp_path / "heads.jsonl")
    with pytest.raises(LedgerError, match="cannot be read"):
        catch_up(tmp_path / "heads.jsonl", stored([]))


def test_every_head_parses_from_its_line(heads: list[Head]) -> None:
    assert [parse_line(head.line(), "here") for head in heads] == heads


def _line_ends(content: bytes) -> list[int]:
    return [place + 1 for place, byte in enumerate(content) if byte == 10]


def test_a_crash_at_any_byte_of_the_export_is_made_up_for(heads: list[Head], tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    whole = b"".join(head.line() for head in heads)
    ends = [length + step for length in (0, *_line_ends(whole)) for step in (-1, 0, 1)]
    for length in sorted({*range(0, len(whole), 37), *ends} & set(range(len(whole) + 1))):
        path.write_bytes(whole[:length])
        catch_up(path, stored(heads))
        assert path.read_bytes() == whole, length


def test_only_the_end_of_a_long_file_is_read(heads: list[Head], tmp_path: Path) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_bytes(heads[0].line() * 500 + heads[1].line())
    catch_up(path, stored(heads))
    assert path.read_bytes().endswith(heads[1].line() + heads[2].line())


@pytest.mark.parametrize(
    ("ending", "word"),
    [
        (lambda heads: replace(heads[2], size=40).line(), "not in the ledger"),
        (lambda heads: replace(heads[0], recorded="else").line(), "not in the ledger"),
        (lambda heads: b"nonsense\n", "not a signed head"),
        (lambda heads: heads[0].line() + b'{"chain":"64', "damaged line"),
        (lambda heads: heads[2].line() + b"{", "damaged line"),
    ],
)
def test_an_end_that_the_ledger_does_not_know_stops_the_export(
    heads: list[Head], tmp_path: Path, ending: Callable[[list[Head]], bytes], word: str
) -> None:
    path = tmp_path / "heads.jsonl"
    path.write_bytes(ending(heads))
    with pytest.raises(LedgerError, match=word):
        catch_up(path, stored(heads))
    assert path.read_bytes() == ending(heads)
