"""Originals: what was photographed, scanned or read in with an entry, kept in `files/` under the SHA-256 of its bytes.

events -> the originals that entries name; `files/` -> which are missing or altered, and which no entry names
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from homeostat.ledger import Finding, Recorded
from homeostat.ledger.catalogue import CorrectionGiven, EntryAmended, PromptAnswered, VerificationGiven

FOLDER = "files"
NAMING = (PromptAnswered.type, VerificationGiven.type, CorrectionGiven.type, EntryAmended.type)
"""The types of events that may name an original."""
_NAME = re.compile("[0-9a-f]{64}")
_SHOWN = 3


def original(recorded: Recorded) -> str:
    """The SHA-256 (hex) of the original that an event's entry names; empty where it names none."""
    entry = recorded.event.data.get("entry") if recorded.event.type in NAMING else None
    return str(entry.get("attachment", "")) if isinstance(entry, Mapping) else ""


def whole(path: Path) -> bool:
    """Whether the bytes of a kept file are those that its name says."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == path.name


def damaged(root: Path, naming: Iterable[Recorded]) -> Iterator[Finding]:
    """Each original in `files/` below `root` that an event names and that is gone, and each kept file that was altered.

    Says which entry of which batch names it.
    """
    kept = _kept(root)
    altered = {name: words for name, path in kept.items() if (words := _altered(path))}
    named = [(one, name) for one in naming if (name := original(one))]
    for recorded, name in named:
        words = altered.get(name, "") if name in kept else "it is missing"
        if words:
            yield Finding(f"{FOLDER}/{name}", f"the original that {_entry(recorded)} names: {words}")
    for name in sorted(altered.keys() - {name for _, name in named}):
        yield Finding(f"{FOLDER}/{name}", f"a kept file that no entry names: {altered[name]}")


def strangers(root: Path, naming: Iterable[Recorded]) -> tuple[str, ...]:
    """In words, what lies in `files/` that no entry names: a file is kept before its entry is signed and handed in."""
    folder = root / FOLDER
    names = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    others = sorted(names - {original(one) for one in naming})
    if not others:
        return ()
    more = f" and {len(others) - _SHOWN} more" if len(others) > _SHOWN else ""
    return (f"{FOLDER}/ holds what no entry names: {', '.join(others[:_SHOWN])}{more}.",)


def _kept(root: Path) -> dict[str, Path]:
    """The kept files by name; one whose name is no SHA-256 was not kept by this software."""
    folder = root / FOLDER
    found = sorted(folder.iterdir()) if folder.is_dir() else []
    return {path.name: path for path in found if _NAME.fullmatch(path.name)}


def _altered(path: Path) -> str:
    """What is wrong with a kept file; empty where it is as it was kept."""
    try:
        return "" if whole(path) else "its bytes are not those that were kept"
    except OSError as error:
        return f"it cannot be read: {error.strerror}"


def _entry(recorded: Recorded) -> str:
    event = recorded.event
    act = {
        PromptAnswered.type: "answer",
        VerificationGiven.type: "verification",
        CorrectionGiven.type: "correction",
        EntryAmended.type: "amendment",
    }[event.type]
    return f"batch {event.batch}, event {recorded.seq} ({act} to {event.data.get('prompt')})"
