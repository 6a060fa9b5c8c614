"""That records outlive the disk they are on: backups that restore to the same head, and what nobody can delete."""

import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from homeostat.errors import AuthorityError, SiteError
from homeostat.governance import Office, Session
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.keeping import (
    RETENTION,
    Patients,
    check_backup,
    make_backup,
    put_restored,
    restore,
)
from homeostat.governance.known import accounts
from homeostat.governance.people import login
from homeostat.governance.signing import signatures
from homeostat.ledger import Ledger, PublicKey, verify_ledger
from homeostat.ledger.catalogue import SiteRestored, payload
from homeostat.ledger.database import SCHEMA, VERSION, stored_heads
from homeostat.ledger.keys import PUBLIC_NAME
from homeostat.quality.bundle.software import software
from homeostat.quality.verify import verify_site
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.told import BATCH, tell

_OLD = Path(__file__).with_name("version1.sql")
"""A ledger of version 1 as SQL, and beside it the public key of its site."""
_PHRASE = "a passphrase for a scene"


@contextmanager
def _kept(bench: Workbench) -> Iterator[tuple[Office, Session, Session]]:
    """A new site with a batch, an administrator and a supervisor."""
    with bench.office(bench.site()) as office:
        enrol_demonstration(office)
        tell(office)
        yield office, login(office, "demo-admin", SECRET), login(office, "demo-supervisor", SECRET)


@proves("P11-10c")
def records_survive_and_cannot_be_deleted(bench: Workbench) -> str:
    """A backup restores to the head that was signed; tables refuse to delete; the schema is the one of version 1."""
    with _kept(bench) as (office, admin, _):
        made = make_backup(office, admin, bench.folder / "a.zip", why="a scene")
        path = office.site.ledger_path
        for statement in ("DELETE FROM event", "UPDATE event SET body = ''", "DELETE FROM head"):
            with closing(sqlite3.connect(path)) as database:
                try:
                    database.execute(statement)
                except sqlite3.IntegrityError:
                    continue
            expect(False, f"the ledger let pass: {statement}")
    back = restore(bench.folder / "a.zip", bench.folder / "back")
    with back.site.reading() as (ledger, historian):
        head = ledger.head
        expect(head is not None and head.root.hex() == made.manifest.root, "the restored head is another")
        expect(ledger.batches() == [BATCH] and historian.batches() == (BATCH,), "the batch did not come back")
    expect(VERSION == 1 and "event_delete" in SCHEMA, "the ledger's schema is not that of version 1")
    expect(all(rule.years >= 30 for rule in RETENTION), "something is kept for less than 30 years")
    return f"{made.manifest.events} events restored under the same signed head; deleting and updating refused"


@proves("P11-10c")
def a_ledger_of_version_1_opens_verifies_and_is_understood(bench: Workbench) -> str:
    """One that the software of November 2026 wrote, kept as text: accounts, an agreement and a signature in it."""
    site = bench.site("gmp")
    for name in ("site.pem", PUBLIC_NAME):
        (site.keys / name).unlink()
    (site.keys / PUBLIC_NAME).write_bytes(_OLD.with_suffix(".pem").read_bytes())
    with closing(sqlite3.connect(site.ledger_path)) as database:
        database.executescript(_OLD.read_text("utf-8"))
        site.heads_file.write_bytes(b"".join(head.line() for head in stored_heads(database, 0)))
    key = PublicKey.load(site.keys)
    with Ledger.open(site.ledger_path, key=None, heads=site.heads_file, clock=str) as ledger:
        found = verify_ledger(site.ledger_path, public_key=key, heads=site.heads_file)
        expect(found.ok, f"it does not verify: {found.findings[:1]}")
        told = [payload(one.event.type, one.event.data) for one in ledger.events()]
        known = accounts(ledger)
        (signed,) = signatures(ledger, "record", "B0001", b"exactly what was shown")
    roles = {one.id: one.roles for one in known.accounts.values()}
    expect(roles.get("piet") == ("operator",) and not known.unproved, f"accounts: {roles}, {known.unproved}")
    expect(signed.state == "valid", f"its signature does not stand: {signed.words}")
    return (
        f"{len(told)} events under {found.heads} heads of version 1: verified, each understood, {signed.line}"
    )


@proves("A11-7")
def backups_are_taken_at_work_and_restored(bench: Workbench) -> str:
    """Backup between acts, restoration verified and on record; an old backup over newer heads is found."""
    with _kept(bench) as (office, admin, supervisor):
        with refused(AuthorityError, "a backup by somebody who may not keep the site"):
            make_backup(office, supervisor, bench.folder / "no.zip", why="a scene")
        made = make_backup(office, admin, bench.folder / "a.zip", why="a scene", passphrase=_PHRASE)
        with refused(SiteError, "to write over an older backup"):
            make_backup(office, admin, bench.folder / "a.zip", why="a scene")
        tell(office, "B0002")
        heads = office.site.heads_file
    expect(not check_backup(made.path).faults, "a whole backup is called damaged")
    with refused(SiteError, "to restore an old backup although newer heads are known"):
        restore(made.path, bench.folder / "old", passphrase=_PHRASE, heads=heads)
    back = restore(made.path, bench.folder / "back", passphrase=_PHRASE)
    with bench.office(back.site) as again:
        put_restored(again, login(again, "demo-admin", SECRET), back, why="a scene")
        expect(len(list(again.acts((SiteRestored.type,)))) == 1, "the restoration is not on record")
        tell(again, "B0003")
    found = verify_site(back.site).findings
    expect(not found, f"the restored site does not verify: {found[:1]}")
    changed = bytearray(made.path.read_bytes())
    changed[len(changed) // 2] ^= 1
    (bench.folder / "bad.zip").write_bytes(changed)
    expect(bool(check_backup(bench.folder / "bad.zip").faults), "a changed byte in a backup was not found")
    return "backup at work, restored, verified and worked at; an older one and a changed one were refused"


@proves("P11-30")
def a_backup_that_is_sealed_shows_nothing(bench: Workbench) -> str:
    """Under a passphrase neither records nor private keys can be read, and no other passphrase opens it."""
    with _kept(bench) as (office, admin, _):
        secret = (office.site.keys / "site.pem").read_bytes()
        made = make_backup(office, admin, bench.folder / "a.zip", why="a scene", passphrase=_PHRASE)
        plain = make_backup(office, admin, bench.folder / "b.zip", why="a scene")
    for one in (made, plain):
        with zipfile.ZipFile(one.path) as archive:
            files = {name: archive.read(name) for name in archive.namelist()}
        expect(
            not any(secret in content for content in files.values()), "a private key can be read in a backup"
        )
        if one is made:
            expect(not any(b"SQLite" in content for content in files.values()), "a sealed ledger can be read")
    with refused(SiteError, "to open a sealed backup with another passphrase"):
        restore(made.path, bench.folder / "back", passphrase=_PHRASE.upper())
    return "records and private keys are unreadable without the passphrase (scrypt, AES-256-GCM)"


@proves("A11D-15/16/17")
def defaults_are_tight_and_what_is_installed_is_listed(bench: Workbench) -> str:
    """Keys are their owner's alone, patients are codes, software is listed, backups are apart and verified."""
    with _kept(bench) as (office, admin, supervisor):
        table = Patients.open(office)
        table.add(supervisor, "P-0815", {"name": "Zacharias Winterbottom"}, why="a scene")
        table.show(supervisor, "P-0815", why="a scene")
        root = office.site.root
        private = [path for path in office.site.keys.rglob("*") if path.is_file() and not _public(path.name)]
        expect(
            all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in private),
            "a private key can be read by others",
        )
        contents = [path.read_bytes() for path in root.rglob("*") if path.is_file()]
        expect(
            not any(b"Winterbottom" in one for one in contents),
            "a patient's name can be read in the site's files",
        )
        make_backup(office, admin, bench.folder / "a.zip", why="a scene")
        table.erase(admin, "P-0815", why="a scene")
        with refused(SiteError, "to look up who was erased"):
            table.show(supervisor, "P-0815", why="a scene")
        found = verify_site(office.site).findings
    expect(not found, "erasing a patient broke the chain")
    expect(
        not verify_site(restore(bench.folder / "a.zip", bench.folder / "back").site).findings,
        "not restorable",
    )
    listed = software().decode()
    expect('"homeostat"' in listed and '"cryptography"' in listed, "the list of software is incomplete")
    return f"{len(private)} private files closed to others; {listed.count('licence')} distributions listed"


def _public(name: str) -> bool:
    return name.endswith((".pub.pem", ".crt.pem"))
