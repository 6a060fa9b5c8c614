"""A backup: the whole site in one file, made while batches run; it gets its name only when it is whole.

    snapshot of the databases, heads up to it, all other files -> zip beside the target -> synced -> renamed

A crash or a full disk leaves at most a hidden folder beside; older backups are never touched. With a passphrase all of
it is sealed, private keys too; without, those are left out. That it was made is an act, behind the events in it.
"""

import errno
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from homeostat.errors import SiteError
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.keeping import manifest as listing
from homeostat.governance.keeping.cipher import SALT, key_of, seal
from homeostat.governance.keeping.manifest import Manifest, Member
from homeostat.governance.keeping.snapshot import snapshot
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.ledger import Head, Ledger, SiteKey
from homeostat.ledger.catalogue import BackupMade
from homeostat.ledger.heads import read_export
from homeostat.site import Site

_HEADS = "heads/heads.jsonl"
_LEFT_OUT = frozenset(
    {"keys", "sessions", "heads", "ledger.db", "ledger.tree", "historian.db", "patients.db"}
)
"""Kept in another way, or (sessions, and what a ledger makes again by itself) not at all."""
_PASSING = ("-wal", "-shm", "-journal", ".lock")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, what its manifest says, and the manifest's SHA-256."""

    path: Path
    manifest: Manifest
    digest: str


def make_backup(
    office: Office,
    session: Session,
    target: Path,
    *,
    why: str,
    passphrase: str = "",
    entropy: Callable[[int], bytes] = os.urandom,
) -> Backup:
    """Copy the office's site into the new file `target`, and put that on record.

    With a `passphrase` the files are sealed under it, private keys too; without, those are left out. Raises
    AuthorityError for who may not keep the site, SiteError where the file cannot be made or is there already.
    """
    authorise(office, session, "site.keep")
    _refuse_place(office.site, target)
    with _in_words(target), _scratch(target) as scratch:
        made = _packed(office, session.person, scratch, passphrase, entropy)
        _name(scratch / "backup.zip", target)
        _sync_folder(target.parent)
    digest = listing.digest(made.content())
    place = str(target.resolve())
    told = BackupMade(
        why=why, place=place, manifest=digest, events=made.events, root=made.root, keys=made.keys
    )
    put_by(office, session, told)
    return Backup(target, made, digest)


def _refuse_place(site: Site, target: Path) -> None:
    if target.exists():
        raise SiteError("there is a file of this name already", where=str(target), mend="name a new one")
    if target.resolve().is_relative_to(site.root.resolve()):
        raise SiteError(
            "a backup inside its site is lost with it",
            where=str(target),
            mend="name a place outside, best on another disk",
        )


@contextmanager
def _in_words(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise SiteError(
            f"the backup cannot be made: {fault.strerror}",
            where=str(target),
            mend="name a place with room; older backups are untouched",
        ) from fault


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A hidden folder beside the target, so that what is made there is on the same disk."""
    folder = Path(tempfile.mkdtemp(dir=target.resolve().parent, prefix=f".{target.name}."))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _packed(
    office: Office, person: str, scratch: Path, passphrase: str, entropy: Callable[[int], bytes]
) -> Manifest:
    site = office.site
    salt = entropy(SALT) if passphrase else b""
    cipher = key_of(passphrase, salt) if passphrase else b""
    sources = {path.name: path for path in snapshot(site, scratch)} | dict(_other_files(site))
    sources |= dict(_keys(site, private=bool(passphrase)))
    head, lines = _signed_part(site, scratch / site.ledger_path.name)
    members: dict[str, Member] = {}
    with zipfile.ZipFile(scratch / "backup.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in sorted({*sources, _HEADS}):
            content = lines if name == _HEADS else _content(sources[name])
            if content is None:
                continue
            if cipher and not listing.is_open(name):
                content = seal(cipher, name, content, entropy)
            members[name] = Member(bytes=len(content), sha256=listing.digest(content))
            archive.writestr(name, content)
        key = SiteKey.load(site.keys)
        made = Manifest(
            kind=site.kind,
            made=office.clock(),
            by=person,
            events=head.size,
            root=head.root.hex(),
            key=key.fingerprint,
            keys="sealed" if passphrase else "left out",
            salt=salt.hex(),
            members=members,
        )
        archive.writestr(listing.NAME, made.content())
        archive.writestr(listing.SIGNATURE, listing.signature(made.content(), key))
    with (scratch / "backup.zip").open("rb+") as file:
        os.fsync(file.fileno())
    return made


def _content(path: Path) -> bytes | None:
    """A file's bytes; None where it has gone meanwhile, as an order does that a running batch has taken."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _signed_part(site: Site, copy: Path) -> tuple[Head, bytes]:
    """The last head in the copied ledger, and the exported lines up to it: later ones belong to later events."""
    with Ledger.open(copy, key=None, heads=site.heads_file, clock=str) as ledger:
        head = ledger.head
    if head is None:
        raise SiteError(
            "the site has no events yet", where=str(site.root), mend="there is nothing to back up"
        )
    kept = [line for line in read_export(site.heads_file)[0] if int(json.loads(line)["size"]) <= head.size]
    return head, b"".join(kept)


def _other_files(site: Site) -> Iterator[tuple[str, Path]]:
    """Every other file of the site but databases, heads, keys, sessions and what passes."""
    for path in sorted(site.root.rglob("*")):
        name = path.relative_to(site.root)
        passing = name.name.endswith(_PASSING) or any(part.startswith(".") for part in name.parts)
        if path.is_file() and not passing and name.parts[0] not in _LEFT_OUT:
            yield name.as_posix(), path


def _keys(site: Site, *, private: bool) -> Iterator[tuple[str, Path]]:
    """Public keys, and private ones where they will be sealed."""
    for path in sorted(site.keys.rglob("*")):
        name = path.relative_to(site.root).as_posix()
        if path.is_file() and (private or listing.is_open(name)):
            yield name, path


def _name(whole: Path, target: Path) -> None:
    """Give the finished file its name; a link refuses to replace what came meanwhile, but not every disk has links."""
    try:
        os.link(whole, target)
    except OSError as fault:
        if fault.errno not in {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP}:
            raise
        whole.rename(target)


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # elsewhere a folder cannot be opened
        handle = os.open(folder.resolve(), os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
