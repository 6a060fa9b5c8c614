"""Passwords: what makes one fit, and how a key is stretched from it (scrypt, RFC 7914).

Rules after NIST SP 800-63B section 5.1.1: length counts, composition does not; what is easily guessed is refused.
"""

import unicodedata
from typing import NamedTuple

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

SHORTEST = 12
LONGEST = 256
KEY_BYTES = 32
_FEWEST_SIGNS = 5
_COMMON = (
    "password",
    "passwort",
    "homeostat",
    "letmein",
    "welcome",
    "administrator",
    "qwertyuiop",
    "1234567890",
    "training",
)


class Cost(NamedTuple):
    """The work of one guess: 128 * n * r bytes of memory, p times over."""

    n: int
    r: int
    p: int


STRONG = Cost(2**15, 8, 1)
"""Of a person's password: 32 MiB."""
DEMONSTRATION = Cost(2**8, 8, 1)
"""Of a demonstration identity, whose password is published anyway."""
_HIGHEST = Cost(2**20, 16, 8)


def weakness(password: str, *names: str) -> str:
    """Why `password` is not fit for somebody of these names; "" where it is."""
    plain = normal(password).casefold()
    if not SHORTEST <= len(plain) <= LONGEST:
        return f"a password has {SHORTEST} to {LONGEST} characters"
    if len(set(plain)) < _FEWEST_SIGNS:
        return f"a password has at least {_FEWEST_SIGNS} different characters"
    parts = [part for name in names for part in (name, *name.split()) if len(part) >= 4]
    guess = next((word for word in (*_COMMON, *parts) if word.casefold() in plain), "")
    return "a password holds no name of its owner and no common one" if guess else ""


def normal(password: str) -> str:
    """The one form of a text that keyboards enter in several (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def stretch(password: str, salt: bytes, cost: Cost) -> bytes:
    """The 32 bytes that `password` and `salt` give at this cost."""
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=cost.n, r=cost.r, p=cost.p)
    return kdf.derive(normal(password).encode())


def bearable(cost: Cost, least: Cost) -> bool:
    """Whether a stored cost is at least what is asked for, and not so high that it is an attack."""
    return all(low <= value <= high for low, value, high in zip(least, cost, _HIGHEST, strict=True))
