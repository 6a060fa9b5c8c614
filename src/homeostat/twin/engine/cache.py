"""Compiled kernels between processes: one file a kernel in the user's cache folder, named and checked by content.

In: the hash that stands for a kernel. Out: its object code, or None where it is not there, cannot be read or was
changed: then it is compiled again. Nothing but time is lost with the folder.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path

KEPT = 500
"""Kernels kept; beyond, those written longest ago are removed."""
_DIGEST = hashlib.sha256().digest_size


def cache_folder() -> Path:
    """Where kernels are kept: `homeostat/kernels` in `XDG_CACHE_HOME`, or in `~/.cache` where that is not set."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if base else Path.home() / ".cache") / "homeostat" / "kernels"


def read_cached(name: str) -> bytes | None:
    """Return what was kept under `name`, if it is there whole."""
    try:
        kept = (cache_folder() / f"{name}.o").read_bytes()
    except (OSError, RuntimeError):  # a user without a home has no cache
        return None
    digest, code = kept[:_DIGEST], kept[_DIGEST:]
    return code if hashlib.sha256(code).digest() == digest else None


def write_cached(name: str, code: bytes) -> None:
    """Keep `code` under `name`; where nothing can be written, nothing is kept."""
    with suppress(OSError, RuntimeError):
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as file:
            file.write(hashlib.sha256(code).digest() + code)
        written = Path(file.name)
        try:
            written.replace(folder / f"{name}.o")
        finally:
            written.unlink(missing_ok=True)
        _prune(folder)


def _prune(folder: Path) -> None:
    kernels = sorted(folder.glob("*.o"), key=lambda path: path.stat().st_mtime)
    for path in kernels[:-KEPT]:
        path.unlink(missing_ok=True)
