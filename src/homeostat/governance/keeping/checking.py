"""Checking a backup before it is trusted: every byte against its signed manifest."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from homeostat.errors import SiteError
from homeostat.governance.keeping import manifest as listing
from homeostat.governance.keeping.manifest import Manifest
from homeostat.ledger import PublicKey

_KEY = "keys/site.pub.pem"
_DAMAGE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError, RuntimeError)


@dataclass(frozen=True, slots=True)
class BackupCheck:
    """What was found: nothing in `faults` if the backup is whole."""

    manifest: Manifest | None
    faults: tuple[str, ...]


def check_backup(path: Path, fingerprint: str = "") -> BackupCheck:
    """Whether the backup is whole as its site signed it, by the key of `fingerprint` if one is given.

    What is wrong is said, never raised; SiteError where there is no such file or it cannot be read.
    """
    try:
        with opened(path) as archive:
            made = listing.parse(archive.read(listing.NAME), str(path))
            return BackupCheck(made, tuple(_faults(archive, made, fingerprint)))
    except OSError as fault:
        raise SiteError(
            f"the backup cannot be read: {fault.strerror}", where=str(path), mend="name the file of a backup"
        ) from fault
    except _DAMAGE as fault:
        return BackupCheck(None, (f"the file is damaged, cut off, or no backup: {fault}",))
    except SiteError as fault:
        return BackupCheck(None, (fault.what,))


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The backup, open to read."""
    with zipfile.ZipFile(path) as archive:
        yield archive


def _faults(archive: zipfile.ZipFile, made: Manifest, fingerprint: str) -> Iterator[str]:
    public = load_pem_public_key(archive.read(_KEY))
    key = PublicKey.of(public) if isinstance(public, Ed25519PublicKey) else None
    if key is None or not listing.is_signed(archive.read(listing.NAME), archive.read(listing.SIGNATURE), key):
        yield "the manifest was changed: its signature is not the site's"
    elif fingerprint and key.fingerprint != fingerprint:
        yield f"the backup is another site's: it is signed with the key {key.fingerprint[:16]}…"
    names = archive.namelist()
    listed = {*made.members, listing.NAME, listing.SIGNATURE}
    for name in sorted(listed ^ set(names)):
        yield f"{name}: it is missing" if name in listed else f"{name}: it was added"
    if len(names) != len(set(names)):
        yield "a file is in it twice"
    for name, member in made.members.items():
        if name in names and listing.digest(_content(archive, name)) != member.sha256:
            yield f"{name}: its bytes are not those that were backed up"


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    """The member's bytes; damage inside it must not hide the others."""
    try:
        return archive.read(name)
    except _DAMAGE:
        return b""
