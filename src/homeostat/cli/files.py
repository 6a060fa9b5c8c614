"""Writing a file whole or not at all."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from homeostat.errors import HomeostatError


class OutputError(HomeostatError):
    """A file cannot be written where the user wants it."""


def write_whole(path: Path, content: str | bytes) -> None:
    """Put `content` (text as UTF-8) at `path`: beside it first, then renamed, so that no reader meets half a file.

    A link stays a link, and what is no ordinary file (a device, a pipe) is written to and never replaced.
    Raises OutputError where the file cannot be written.
    """
    with given_out(path, content):
        pass


@contextmanager
def given_out(path: Path, content: str | bytes) -> Iterator[None]:
    """As `write_whole`, with something that has to be durable between: the file has its name after the block alone.

    It lies beside its place, whole, before the block: so nothing is put on record of a file that cannot be written,
    and where the block fails there is no file.
    """
    data = content.encode() if isinstance(content, str) else content
    with _in_words(path):
        target = path.resolve()
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        scratch = _beside(target, data) if target.is_file() or not path.exists() else None
    try:
        yield
        with _in_words(path):
            if scratch is None:
                path.write_bytes(data)
            else:
                scratch.replace(target)
    except BaseException:
        if scratch is not None:
            scratch.unlink(missing_ok=True)
        raise


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputError(
            f"the file cannot be written: {error.strerror}", where=str(path), mend="name a writable place"
        ) from error


def _beside(path: Path, content: bytes) -> Path:
    """The content in a hidden file beside `path`, on disk on return."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        scratch.chmod(0o644 & ~_mask())
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    return scratch


def _mask() -> int:
    """The process's umask, which a temporary file does not follow."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
