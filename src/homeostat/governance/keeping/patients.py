"""Who a patient code stands for: kept apart from every record, each entry sealed under a key of its own.

    code, identity -> AES-256-GCM under the entry's key -> patients.db; the key -> keys/patients/
    erase -> an act, then key and entry are gone: what copies of the table remain cannot be read any more

The ledger holds codes only, so erasing breaks no chain. An erasure that a crash cut short is carried out when the
table is next opened, because the ledger says so. A backup from before an erasure knows nothing of it: restored with the
keys of then, it brings the patient back, and whoever restores it erases them again (`restore` says so).
"""

import hashlib
import json
import os
import re
import sqlite3
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from homeostat.errors import SiteError
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.office import Office
from homeostat.governance.pseudonym import refuse_telling
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change, PatientErased, PatientNamed, PatientShown
from homeostat.site import Site

_TABLE = "CREATE TABLE IF NOT EXISTS patient(code TEXT PRIMARY KEY, nonce BLOB NOT NULL, sealed BLOB NOT NULL) STRICT"
_LONGEST = 64
_TELLING = 3
"""Letters from which on a part of a name tells of a person."""
_JOINTS = re.compile(r"[\-\u2010-\u2015'\u2018\u2019\u02bc\u00b4`]+")
"""Hyphens and apostrophes: what joins the parts of a word."""


class Patients:
    """The table of one site; use `Patients.open`."""

    def __init__(self, office: Office, entropy: Callable[[int], bytes]) -> None:
        """For `open` alone."""
        self._office, self._entropy = office, entropy

    @classmethod
    def open(cls, office: Office, entropy: Callable[[int], bytes] = os.urandom) -> "Patients":
        """The table of the office's site; what the ledger says was erased is erased on return."""
        table = cls(office, entropy)
        for code in sorted(_erased(office)):
            table._purge(code)
        return table

    def add(self, session: Session, code: str, identity: Mapping[str, str], *, why: str) -> None:
        """Keep who `code` stands for; an entry that is there is replaced, which is on record, too.

        Raises AuthorityError for who may not, WordingError where the code is a date or a name, SiteError where it gives
        the person away otherwise or was erased.
        """
        authorise(self._office, session, "identity.issue")
        _refuse(code, identity)
        refuse_telling(self._office.ledger, code)
        if code in _erased(self._office):
            raise SiteError(
                "this code was erased and is never given again", where=code, mend="use a new code"
            )
        known = code in self.codes()
        key, nonce = self._present_key(code) or self._entropy(32), self._entropy(12)
        content = json.dumps(dict(identity), sort_keys=True, ensure_ascii=False).encode()
        sealed = AESGCM(key).encrypt(nonce, content, code.encode())
        _write_key(self._key(code), key)
        with self._database() as database:
            database.execute("INSERT OR REPLACE INTO patient VALUES (?, ?, ?)", (code, nonce, sealed))
        change = Change(field="patient", old="kept" if known else None, new="kept")
        put_by(self._office, session, PatientNamed(why=why, code=code, changes=(change,)))

    def show(self, session: Session, code: str, *, why: str) -> dict[str, str]:
        """Who `code` stands for; that it was looked up is on record before it is told."""
        authorise(self._office, session, "identity.issue")
        identity = self._read(code)
        put_by(self._office, session, PatientShown(why=why, code=code))
        return identity

    def erase(self, session: Session, code: str, *, why: str) -> None:
        """Forget for good who `code` stands for. Raises SiteError where nothing is known of it."""
        authorise(self._office, session, "site.keep")
        if code not in self.codes():
            raise SiteError("nobody is kept under this code", where=code)
        change = Change(field="patient", old="kept", new="erased")
        put_by(self._office, session, PatientErased(why=why, code=code, changes=(change,)))
        self._purge(code)

    def codes(self) -> tuple[str, ...]:
        """The codes that have an entry, sorted."""
        return kept_codes(self._office.site)

    def _read(self, code: str) -> dict[str, str]:
        with self._database() as database:
            row = database.execute("SELECT nonce, sealed FROM patient WHERE code = ?", (code,)).fetchone()
        if row is None:
            raise SiteError("nobody is kept under this code", where=code)
        try:
            content = AESGCM(self._key(code).read_bytes()).decrypt(row[0], row[1], code.encode())
        except OSError as fault:
            mend = "restore the keys directory from its copy"
            raise SiteError("the key of this entry is not here", where=code, mend=mend) from fault
        except (InvalidTag, ValueError) as fault:
            raise SiteError("the entry was changed, or its key is another's", where=code) from fault
        return {str(name): str(value) for name, value in json.loads(content).items()}

    def _purge(self, code: str) -> None:
        """Destroy the key first: from then on no copy of the entry can be read."""
        key = self._key(code)
        if key.is_file():
            with key.open("rb+") as file:
                file.write(bytes(32))
                file.flush()
                os.fsync(file.fileno())
            key.unlink()
        if code in self.codes():
            with self._database() as database:
                database.execute("DELETE FROM patient WHERE code = ?", (code,))

    def _present_key(self, code: str) -> bytes:
        """The entry's key if there is one: what it seals stays readable, whenever a change breaks off."""
        path = self._key(code)
        return path.read_bytes() if path.is_file() else b""

    def _key(self, code: str) -> Path:
        return _keys(self._office.site) / f"{hashlib.sha256(code.encode()).hexdigest()[:32]}.key"

    def _database(self) -> AbstractContextManager[sqlite3.Connection]:
        return _opened(_path(self._office.site))


def kept_codes(site: Site) -> tuple[str, ...]:
    """The codes that have an entry at a site, sorted."""
    if not _path(site).is_file():
        return ()
    with _opened(_path(site)) as database:
        return tuple(code for (code,) in database.execute("SELECT code FROM patient ORDER BY code"))


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """The table, made where it is missing."""
    try:
        with closing(sqlite3.connect(path, timeout=10.0)) as database:
            database.execute("PRAGMA secure_delete = ON")  # deleted bytes are overwritten with zeros
            database.execute("PRAGMA synchronous = FULL")
            with database:
                database.execute(_TABLE)
                yield database
    except sqlite3.Error as fault:
        raise SiteError(f"the table of patients cannot be used: {fault}", where=str(path)) from fault


def _erased(office: Office) -> set[str]:
    """Codes that were erased: they are never given again."""
    return {str(one.event.data["code"]) for one in office.acts((PatientErased.type,))}


def _refuse(code: str, identity: Mapping[str, str]) -> None:
    if not 1 <= len(code) <= _LONGEST or not code.isprintable():
        raise SiteError(f"a patient code has 1 to {_LONGEST} printable characters", where=code)
    if not identity or not all(value.strip() for value in identity.values()):
        raise SiteError("an identity has at least one field, and none is empty", where=code)
    if _tells(_plain(code), [word for value in identity.values() for word in _plain(value).split()]):
        raise SiteError(
            "the code gives the person away: it holds a part of the identity, or is one",
            mend="use another code",
        )


def _tells(code: str, words: Sequence[str]) -> bool:
    """Whether a plain code holds one of the plain words or of their parts, or stands in one of the words."""
    parts = [part for word in words for part in _JOINTS.split(word) if _letters(part) >= _TELLING]
    held = any(part in code for part in (*parts, *(word for word in words if len(word) >= _TELLING)))
    return held or (len(code) >= _TELLING and any(code in word for word in words))


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))


def _plain(text: str) -> str:
    """Without case and accents: "Zoë Müller" as "zoe muller"."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _path(site: Site) -> Path:
    return site.root / "patients.db"


def _keys(site: Site) -> Path:
    return site.keys / "patients"


def _write_key(path: Path, key: bytes) -> None:
    """Readable by its owner alone, and on disk before anything is sealed with it."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f".{path.name}")
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    scratch.replace(path)
