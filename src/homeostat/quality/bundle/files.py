"""Files that a batch's events name by content hash: the originals of what was photographed, scanned or read in.

In: `files/` of the site, where each file's name is the SHA-256 of its bytes. Out: those that the events name, whole.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping

from homeostat.errors import QualityError
from homeostat.ledger import Recorded
from homeostat.quality.originals import FOLDER, original
from homeostat.site import Site

_HASH = re.compile(rb'"([0-9a-f]{64})"')


def named_files(site: Site, events: Iterable[Recorded]) -> Mapping[str, bytes]:
    """ "files/<sha256>" -> bytes of every original that an entry names, and of every other kept file an event names.

    Raises QualityError where an original is missing, or a file is no longer what its name says.
    """
    told, folder = tuple(events), site.root / FOLDER
    kept = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    others = {match.decode() for one in told for match in _HASH.findall(one.body)} & kept
    named = sorted({name for one in told if (name := original(one))} | others)
    return {f"{FOLDER}/{name}": _whole(site, name) for name in named}


def keep_file(site: Site, content: bytes) -> str:
    """Keep an original; the SHA-256 (hex) by which an event names it. The same bytes are kept once."""
    name = hashlib.sha256(content).hexdigest()
    path = site.root / FOLDER / name
    path.parent.mkdir(exist_ok=True)
    if not path.is_file():
        scratch = path.with_name(f".{name}")
        scratch.write_bytes(content)
        scratch.replace(path)
    return name


def _whole(site: Site, name: str) -> bytes:
    path = site.root / FOLDER / name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise QualityError(
            f"an original that the batch names cannot be read: {error.strerror}",
            where=str(path),
            mend="restore it from a backup",
        ) from error
    if hashlib.sha256(content).hexdigest() != name:
        raise QualityError(
            "the file was changed since it was kept", where=str(path), mend="restore it from a backup"
        )
    return content
