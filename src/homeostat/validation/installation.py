"""Installation qualification: is what is installed whole, complete and able to do what it is made of?

In: the running interpreter. Out: one `Finding` a question, with what was found.
"""

import base64
import hashlib
import platform
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import homeostat
from homeostat import __version__
from homeostat.errors import HomeostatError
from homeostat.execution.environment import environment
from homeostat.ledger import SiteKey

_NAME = "homeostat"
_SQLITE = (3, 37, 0)  # the first with STRICT tables (sqlite.org/stricttables.html)


@dataclass(frozen=True, slots=True)
class Finding:
    """One question about the installation, whether the answer is as it must be, and what was found."""

    question: str
    holds: bool
    found: str


Question: TypeAlias = Callable[[], tuple[bool, str]]


def installation() -> tuple[Finding, ...]:
    """Every question of the installation qualification, answered."""
    return tuple(Finding(words, *_answer(question)) for words, question in _QUESTIONS)


def components() -> tuple[tuple[str, str], ...]:
    """Name and version of everything that is installed for this software, itself first: a bill of materials."""
    own = _own()
    names = [_NAME, *(sorted(one.name for one in _needed(own)) if own else ())]
    return tuple((name, distribution(name).version) for name in names)


def _answer(question: Question) -> tuple[bool, str]:
    try:
        return question()
    except (OSError, HomeostatError, PackageNotFoundError, sqlite3.Error) as fault:
        return False, str(fault)


def _own() -> Distribution | None:
    try:
        return distribution(_NAME)
    except PackageNotFoundError:
        return None


def _needed(own: Distribution) -> Iterator[Requirement]:
    """The distributions that the installed software needs here, without those of extras."""
    for line in own.requires or ():
        needed = Requirement(line)
        if needed.marker is None or needed.marker.evaluate({"extra": ""}):
            yield needed


def _version() -> tuple[bool, str]:
    own = _own()
    if own is None:
        return False, "homeostat is not installed as a distribution"
    return own.version == __version__, f"homeostat {own.version}, Python {platform.python_version()}"


def _python() -> tuple[bool, str]:
    own = _own()
    wanted = (own.metadata["Requires-Python"] if own else None) or ""
    version = platform.python_version()
    return version in SpecifierSet(wanted, prereleases=True), f"Python {version}, wanted {wanted or 'any'}"


def _whole() -> tuple[bool, str]:
    own = _own()
    if own is None:
        return False, "homeostat is not installed as a distribution"
    return as_installed(own, Path(homeostat.__file__).resolve())


def as_installed(own: Distribution, module: Path) -> tuple[bool, str]:
    """Every file of a distribution against the hash that the installer recorded, the running `module` among them.

    Source: PyPA specifications, "Recording installed projects" (RECORD).
    """
    listed = {Path(str(one.locate())).resolve(): one.hash for one in own.files or () if one.hash is not None}
    if module not in listed:
        return (
            False,
            "what runs is not what was installed (an editable installation): its files can change unseen",
        )
    wrong = [path.name for path, recorded in listed.items() if not _as_recorded(path, recorded)]
    if wrong:
        return False, f"{len(wrong)} of {len(listed)} files differ: " + ", ".join(wrong[:3])
    return True, f"{len(listed)} files as installed"


def _as_recorded(path: Path, recorded: object) -> bool:
    mode, value = getattr(recorded, "mode", ""), getattr(recorded, "value", "")
    try:
        digest = hashlib.new(mode, path.read_bytes()).digest()
    except (OSError, ValueError):
        return False
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == value


def _complete() -> tuple[bool, str]:
    own = _own()
    if own is None:
        return False, "homeostat is not installed as a distribution"
    needed = tuple(_needed(own))
    missing = [str(one) for one in needed if not _there(one)]
    return not missing, ", ".join(missing) + " missing" if missing else f"{len(needed)} dependencies in range"


def _there(needed: Requirement) -> bool:
    try:
        return needed.specifier.contains(distribution(needed.name).version, prereleases=True)
    except PackageNotFoundError:
        return False


def _database() -> tuple[bool, str]:
    return sqlite3.sqlite_version_info >= _SQLITE, f"SQLite {sqlite3.sqlite_version}"


def _keys() -> tuple[bool, str]:
    with TemporaryDirectory() as folder:
        key = SiteKey.create(Path(folder) / "keys")
        message = b"installation qualification"
        holds = key.public.verifies(message, key.sign(message)) and not key.public.verifies(
            b"", key.sign(message)
        )
    return holds, "an Ed25519 key was made, signed, verified and refused a wrong message"


def _machine() -> tuple[bool, str]:
    """The numeric environment that batches are stored with."""
    facts = environment("")
    words = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
    return facts["byte order"] == "little", words


_QUESTIONS: tuple[tuple[str, Question], ...] = (
    ("The software is installed in the version that runs", _version),
    ("The interpreter is one that the software is made for", _python),
    ("Every installed file is as the installer recorded it", _whole),
    ("Every dependency is there, in its range", _complete),
    ("The database engine knows strict tables", _database),
    ("Signing keys can be made and verify", _keys),
    ("The machine computes in the byte order that records are kept in", _machine),
)
