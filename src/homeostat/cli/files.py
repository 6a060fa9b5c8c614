"""Writing a file whole or not at all."""

import os
import tempfile
from pathlib import Path

from homeostat.errors import HomeostatError


class OutputError(HomeostatError):
    """A file cannot be written where the user wants it."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Put `content` (text as UTF-8) at `path`: beside it first, then renamed, so that no reader meets half a file.

    A link stays a link, and what is no ordinary file (a device, a pipe) is written to and never replaced.
    Raises OutputError where the file cannot be written.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        target = path.resolve()
        if target.is_file() or not path.exists():
            _replace(target, data)
        else:
            path.write_bytes(data)
    except OSError as error:
        raise OutputError(
            f"the file cannot be written: {error.strerror}", where=str(path), mend="name a writable place"
        ) from error


def _replace(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.chmod(0o644 & ~_mask())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def _mask() -> int:
    """The process's umask, which a temporary file does not follow."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
