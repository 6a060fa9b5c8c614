"""Heads that later heads vouch for: what one signature covers, and which heads are asked for their own."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from homeostat.ledger import Head, PublicKey, SiteKey
from homeostat.ledger.heads import sign_head
from homeostat.ledger.vouching import Vouching

FORGED = "its signature is not the site's: the head was changed or forged"
STRAY = "the head of 20 events before it is not the one that it follows"


@pytest.fixture
def pool() -> Iterator[Executor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def signed(key: SiteKey, sizes: tuple[int, ...] = (10, 20, 30, 40)) -> list[Head]:
    heads = list[Head]()
    for size in sizes:
        after = heads[-1] if heads else None
        heads.append(sign_head(key, after=after, size=size, root=b"r", chain=b"c", recorded="now"))
    return heads


def unlinked(head: Head, key: SiteKey) -> Head:
    """The head as version 1 signed it."""
    draft = replace(head, before=b"")
    return replace(draft, signature=key.sign(draft.signed_bytes()))


def faults(heads: list[Head], key: PublicKey | None, pool: Executor) -> list[str]:
    return Vouching(heads, [head.line() for head in heads], key, pool).faults()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of the heads whose own signature is looked at."""
    sizes, real = list[int](), Head.signed_by

    def counting(head: Head, key: PublicKey) -> bool:
        sizes.append(head.size)
        return real(head, key)

    monkeypatch.setattr(Head, "signed_by", counting)
    return sizes


def test_one_signature_vouches_for_all_heads_before(key: SiteKey, pool: Executor, checked: list[int]) -> None:
    assert faults(signed(key), key.public, pool) == ["", "", "", ""]
    assert checked == [40]


def test_heads_of_version_1_are_asked_one_by_one(key: SiteKey, pool: Executor, checked: list[int]) -> None:
    """A ledger that went on under this version: its old heads, then linked ones."""
    old = [unlinked(head, key) for head in signed(key, (10, 20))]
    third = sign_head(key, after=old[-1], size=30, root=b"r", chain=b"c", recorded="now")
    assert faults([*old, third], key.public, pool) == ["", "", ""]
    assert sorted(checked) == [10, 30]


def test_a_changed_head_is_found_and_no_other_is_blamed(key: SiteKey, pool: Executor) -> None:
    heads = signed(key)
    for place in range(4):
        changed = [*heads]
        changed[place] = replace(heads[place], recorded="earlier")
        expected = [FORGED if number == place else "" for number in range(4)]
        assert faults(changed, key.public, pool) == expected


def test_a_forged_head_vouches_for_nothing(key: SiteKey, pool: Executor) -> None:
    """A forger without the key links correctly; what it names is asked for its own signature."""
    heads = signed(key, (10, 20))
    heads[1] = replace(heads[1], root=b"x")
    forged = replace(
        sign_head(key, after=heads[1], size=30, root=b"r", chain=b"c", recorded="now"), root=b"y"
    )
    assert faults([*heads, forged], key.public, pool) == ["", FORGED, FORGED]


def test_a_head_that_follows_another_past_is_found(key: SiteKey, pool: Executor) -> None:
    """All are signed by the site: two pasts were put together."""
    heads = signed(key)
    other = sign_head(key, after=heads[0], size=20, root=b"other", chain=b"c", recorded="now")
    assert faults([heads[0], other, *heads[2:]], key.public, pool) == ["", "", STRAY, ""]


def test_another_key_is_named_at_every_head(
    key: SiteKey, pool: Executor, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = SiteKey.create(tmp_path_factory.mktemp("stranger"))
    found = faults(signed(stranger), key.public, pool)
    assert len(found) == 4
    assert all(what.startswith("it names another signing key") for what in found)
    assert faults(signed(stranger), None, pool) == [""] * 4
    assert faults([], key.public, pool) == []
