"""Sealing what leaves the site under a passphrase: scrypt (RFC 7914) and AES-256-GCM (NIST SP 800-38D), in frames.

In: the bytes of a file, its name, a key from a passphrase. Out: sealed bytes, and back. Each frame is bound to the
file's name, its place and whether it is the last one: frames that were changed, swapped or cut off do not open.
"""

from collections.abc import Callable, Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeostat.errors import SiteError
from homeostat.ledger.identity.passwords import STRONG, stretch

SHORTEST = 12
SALT = 16
FRAME = 1 << 24
_NONCE, _TAG = 12, 16


def key_of(passphrase: str, salt: bytes) -> bytes:
    """The key that a passphrase and a salt give. SiteError where the passphrase is too short to protect anything."""
    if len(passphrase) < SHORTEST:
        raise SiteError(f"a passphrase has at least {SHORTEST} characters", mend="take a longer one")
    return stretch(passphrase, salt, STRONG)


def seal(key: bytes, name: str, content: bytes, entropy: Callable[[int], bytes]) -> bytes:
    """The file `name` of this content, sealed; `entropy` gives bytes that nobody can guess or repeat."""
    cipher, sealed = AESGCM(key), bytearray()
    starts = range(0, max(len(content), 1), FRAME)
    for place, start in enumerate(starts):
        nonce = entropy(_NONCE)
        about = _about(name, place, last=place == len(starts) - 1)
        sealed += nonce + cipher.encrypt(nonce, content[start : start + FRAME], about)
    return bytes(sealed)


def unseal(key: bytes, name: str, sealed: bytes) -> bytes:
    """What was sealed. Raises SiteError for another passphrase, and for frames that were changed."""
    try:
        return b"".join(_opened(AESGCM(key), name, sealed))
    except (InvalidTag, ValueError) as fault:
        raise SiteError(
            "the passphrase does not open what is sealed here, or it was changed",
            where=name,
            mend="give the passphrase that it was sealed with",
        ) from fault


def _opened(cipher: AESGCM, name: str, sealed: bytes) -> Iterator[bytes]:
    whole = _NONCE + FRAME + _TAG
    starts = range(0, max(len(sealed), 1), whole)
    for place, start in enumerate(starts):
        frame = sealed[start : start + whole]
        about = _about(name, place, last=place == len(starts) - 1)
        yield cipher.decrypt(frame[:_NONCE], frame[_NONCE:], about)


def _about(name: str, place: int, *, last: bool) -> bytes:
    return f"homeostat backup 1\n{name}\n{place}\n{'last' if last else 'more'}".encode()
