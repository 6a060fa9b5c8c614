"""Restoring: a site as it was backed up, at a new place, and only if it is what it was.

    backup -> checked -> unpacked beside the place -> ledger verified, head compared -> renamed

An old backup over a newer past is found: where newer exported heads are known, the events behind the backup are
missing, and that is said in words; to go on without them needs an explicit order and stays on record.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from homeostat.errors import SiteError
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.keeping import manifest as listing
from homeostat.governance.keeping.checking import check_backup, opened
from homeostat.governance.keeping.cipher import key_of, unseal
from homeostat.governance.keeping.manifest import Manifest
from homeostat.governance.keeping.patients import kept_codes
from homeostat.governance.office import Office
from homeostat.governance.session import Session
from homeostat.ledger import Head, PublicKey, held_heads, read_heads, verify_ledger
from homeostat.ledger.catalogue import SiteRestored
from homeostat.ledger.keys import PRIVATE_NAME
from homeostat.ledger.merkle import Tree
from homeostat.site import Site


@dataclass(frozen=True, slots=True)
class Restored:
    """A site that was brought back; `writable`: its private keys are there. `lost` says what it is known to lack.

    `patients` are the codes whose persons it keeps; whoever was erased after the backup is among them again.
    """

    site: Site
    manifest: Manifest
    digest: str
    writable: bool
    lost: str = ""
    patients: tuple[str, ...] = ()


def _by_nobody(restored: Restored) -> None:
    """Whoever brings the site back puts that on record afterwards."""


def restore(
    path: Path,
    place: Path,
    *,
    passphrase: str = "",
    heads: Path | None = None,
    fingerprint: str = "",
    accept_loss: bool = False,
    answered: Callable[[Restored], None] = _by_nobody,
) -> Restored:
    """The site of the backup at `path`, at the new `place`.

    `heads` is a file of exported heads that lay elsewhere, `fingerprint` that of the site's key: with them an older or
    foreign backup is found. `answered` is called before the site has its place: there a person puts on record that they
    bring it back (`put_restored`), and where it raises nothing is left. Raises SiteError where the backup is not whole
    or another past's, where it lacks what `heads` bear witness to (unless the loss is accepted), or where the place is
    not free; LedgerError where there is no head in `heads`.
    """
    known = [] if heads is None else held_heads(heads)
    checked = check_backup(path, fingerprint)
    if checked.manifest is None or checked.faults:
        raise SiteError("; ".join(checked.faults), where=str(path), mend="take another backup")
    if place.exists() and (not place.is_dir() or any(place.iterdir())):
        raise SiteError("the place is not free", where=str(place), mend="name a new directory")
    scratch = place.with_name(f".{place.name}.restoring")
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        site = _unpacked(path, scratch, checked.manifest, passphrase)
        lost = _verified(site, checked.manifest, known, path)
        if lost and not accept_loss:
            raise SiteError(lost, where=str(path), mend="take a newer backup, or accept the loss explicitly")
        back = _restored(site, checked.manifest, lost)
        answered(back)
        if place.is_dir():
            place.rmdir()
        scratch.replace(place)
    except OSError as fault:
        raise SiteError(
            f"the site cannot be restored: {fault.strerror}",
            where=str(place),
            mend="name a place with room; what was begun there is gone again",
        ) from fault
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return replace(back, site=Site.open(place))


def _restored(site: Site, made: Manifest, lost: str) -> Restored:
    writable = (site.keys / PRIVATE_NAME).is_file()
    return Restored(site, made, listing.digest(made.content()), writable, lost, kept_codes(site))


def put_restored(office: Office, session: Session, restored: Restored, *, why: str) -> str:
    """Put on record that the site was brought back, and what it is known to have lost; the event's id."""
    authorise(office, session, "site.keep")
    told = SiteRestored(
        why=f"{why}; {restored.lost}" if restored.lost else why,
        manifest=restored.digest,
        made=restored.manifest.made,
        events=restored.manifest.events,
        root=restored.manifest.root,
    )
    return put_by(office, session, told)


def _unpacked(path: Path, scratch: Path, made: Manifest, passphrase: str) -> Site:
    scratch.mkdir(parents=True)
    for folder in ("heads", "keys", "records"):
        (scratch / folder).mkdir()
    if made.salt and not passphrase:
        raise SiteError(
            "the backup is sealed",
            where=str(path),
            mend="give its passphrase: --passphrase-file, or HOMEOSTAT_BACKUP_PASSPHRASE",
        )
    key = key_of(passphrase, bytes.fromhex(made.salt)) if made.salt else b""
    with opened(path) as archive:
        for name in made.members:
            content = archive.read(name)
            if key and not listing.is_open(name):
                content = unseal(key, name, content)
            _write(scratch, name, content, 0o600 if name.startswith("keys/") else 0o644)
    return Site.open(scratch)


def _write(root: Path, name: str, content: bytes, mode: int) -> None:
    """A file inside `root`, on disk on return; a name that leads out of it is refused."""
    target = (root / name).resolve()
    if not target.is_relative_to(root.resolve()):
        raise SiteError("a name in the backup leads out of the site", where=name)
    _make_folder(root, target.parent)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _make_folder(root: Path, folder: Path) -> None:
    """The folder of a file inside `root`; of those for keys only the outermost is open, as where they were made."""
    if folder.is_dir():
        return
    _make_folder(root, folder.parent)
    folder.mkdir(mode=0o700 if folder.is_relative_to(root.resolve() / "keys") else 0o777)


def _verified(site: Site, made: Manifest, known: list[Head], path: Path) -> str:
    """What the unpacked site is known to lack; SiteError where it is not what the manifest says."""
    key = PublicKey.load(site.keys)
    check = verify_ledger(site.ledger_path, public_key=key, heads=site.heads_file)
    damage = [one for one in check.findings if not one.as_recorded]  # `homeostat verify` tells those, too
    if damage:
        found = "; ".join(f"{one.where}: {one.what}" for one in damage[:3])
        raise SiteError(f"the ledger in the backup is not sound: {found}", where=str(path))
    mine = read_heads(site.heads_file)
    if not mine or (mine[-1].size, mine[-1].root.hex()) != (made.events, made.root):
        raise SiteError("the ledger in the backup does not end in the head of its manifest", where=str(path))
    _same_past(site, mine, known, key)
    return _lost(mine, known)


def _same_past(site: Site, mine: list[Head], known: list[Head], key: PublicKey) -> None:
    """Raises SiteError where heads from elsewhere are of another site or another past: no loss that anybody may accept.

    A head of a size at which this ledger has none is compared with the events themselves.
    """
    ours, tree = {head.size: head for head in mine}, Tree()
    with site.looking() as ledger:
        hashes = ledger.hashes(mine[-1].size)
    for head in sorted(known, key=lambda one: one.size):
        if not head.signed_by(key):
            raise SiteError(f"the known head of {head.size} events is another site's or was changed")
        if head.size > mine[-1].size:
            continue
        tree.extend(hashes[tree.size : head.size])
        same = (tree.size, tree.root(), hashes[tree.size - 1]) == (head.size, head.root, head.chain)
        if not same or ours.get(head.size, head) != head:
            raise SiteError(
                f"the ledger is not the one whose head of {head.size} events is known: the past was rewritten"
            )


def _lost(mine: list[Head], known: list[Head]) -> str:
    """What a restored ledger lacks of what heads from elsewhere bear witness to, in words; "" if it holds all."""
    newest = max(known, key=lambda head: head.size, default=mine[-1])
    if newest.size <= mine[-1].size:
        return ""
    return (
        f"the backup is older than a head that is known: it holds {mine[-1].size} events, but {newest.size} were signed"
        f" by {newest.recorded}; the last {newest.size - mine[-1].size} are missing"
    )
