"""The manifest of a backup: what is in it, of which moment, signed with the site's key."""

import hashlib
import json
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from homeostat.errors import SiteError
from homeostat.ledger import PublicKey, SiteKey

CONTEXT = b"homeostat backup, version 1\n"
"""Put before the signed bytes, so that a backup's signature can never pass for one of anything else."""
NAME = "manifest.json"
SIGNATURE = "manifest.sig"

Keys = Literal["left out", "sealed"]


class Member(BaseModel):
    """A file of the backup: its size and SHA-256."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bytes: int
    sha256: str


class Manifest(BaseModel):
    """What a backup holds: `events` under the signed head of this `root`; `members` are all its files, as stored.

    With a `salt` they are sealed under a passphrase, but for public keys, and private keys are among them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["homeostat backup 1"] = "homeostat backup 1"
    kind: str
    made: str
    by: str
    events: int
    root: str
    key: str
    keys: Keys
    salt: str = ""
    members: dict[str, Member]

    def content(self) -> bytes:
        """Its one byte form, which is signed."""
        return (json.dumps(self.model_dump(mode="json"), indent=1, sort_keys=True) + "\n").encode()


def digest(content: bytes) -> str:
    """SHA-256, hex."""
    return hashlib.sha256(content).hexdigest()


def signature(manifest: bytes, key: SiteKey) -> bytes:
    """The site's signature under a manifest, hex."""
    return key.sign(CONTEXT + manifest).hex().encode() + b"\n"


def is_signed(manifest: bytes, text: bytes, key: PublicKey) -> bool:
    """Whether the manifest is what the site signed."""
    try:
        return key.verifies(CONTEXT + manifest, bytes.fromhex(text.decode().strip()))
    except ValueError:
        return False


def is_open(name: str) -> bool:
    """Whether a file is stored as it is in a sealed backup, too: public keys, by which it is checked."""
    return name.endswith((".pub.pem", ".crt.pem"))


def parse(content: bytes, where: str) -> Manifest:
    """The manifest of these bytes. Raises SiteError where it is none."""
    try:
        return Manifest.model_validate_json(content)
    except ValidationError as fault:
        raise SiteError("the manifest of the backup cannot be read", where=where) from fault
