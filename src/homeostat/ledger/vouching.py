"""Who vouches for each head: the site's signature on it, or on a later head that names it.

In: heads with their exported lines, and the site's public key. Out: a fault in words for each head, "" for none.
The site signs a head only over the one that it had just checked, so a head that is as its follower names it needs
no signature of its own: one signature, the last, serves a ledger of ten thousand commits. A head that its follower
does not name, or whose follower is not the site's, is asked for its own.
"""

from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial
from itertools import chain, pairwise

from homeostat.ledger.heads import Head, digest
from homeostat.ledger.keys import PublicKey

_TOGETHER = 256
"""Heads that a thread checks in one go: handing over each by itself costs more than its signature."""


class Vouching:
    """Signatures that are checked beside the walk: OpenSSL does not hold Python's lock."""

    def __init__(
        self, heads: Sequence[Head], lines: Sequence[bytes], key: PublicKey | None, pool: Executor
    ) -> None:
        """Begin with the signatures of heads (in order, with their `lines`) that no other names."""
        self._heads, self._key = heads, key
        self._named = [*map(_names, heads[1:], lines), False] if heads else []
        asked = (
            [] if key is None else [head for head, named in zip(heads, self._named, strict=True) if not named]
        )
        parts = (asked[first : first + _TOGETHER] for first in range(0, len(asked), _TOGETHER))
        self._asked = chain.from_iterable(pool.map(partial(_faults, key=key), parts)) if key else iter(())

    def faults(self) -> list[str]:
        """What is wrong with each head, in words; "" for one that is vouched for, and for all without a key."""
        if self._key is None:
            return [""] * len(self._heads)
        own, found, after = list(self._asked), list[str](), ""
        for head, named in zip(reversed(self._heads), reversed(self._named), strict=True):
            if not named:
                after = own.pop()
            elif after or head.key != self._key.fingerprint:
                after = signature_fault(head, self._key)
            found.append(after)
        return self._with_strays(found[::-1])

    def _with_strays(self, faults: list[str]) -> list[str]:
        """The faults, and what is wrong with a sound head that follows another than the sound one before it."""
        for place, (head, later) in enumerate(pairwise(self._heads), start=1):
            sound = not (faults[place - 1] or faults[place]) and later.previous == head.size
            if sound and later.before and not self._named[place - 1]:
                faults[place] = f"the head of {head.size} events before it is not the one that it follows"
        return faults


def signature_fault(head: Head, key: PublicKey) -> str:
    """What is wrong with a head's signature, in words; "" if it is the site's."""
    if head.key != key.fingerprint:
        return f"it names another signing key ({head.key[:16]}…, the site's is {key.fingerprint[:16]}…)"
    return "" if head.signed_by(key) else "its signature is not the site's: the head was changed or forged"


def _names(later: Head, line: bytes) -> bool:
    return later.before == digest(line)


def _faults(heads: Sequence[Head], key: PublicKey) -> list[str]:
    return [signature_fault(head, key) for head in heads]
