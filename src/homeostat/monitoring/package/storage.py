"""A package's file: JSON, read only if its form, its hash and its self-test hold (MON-13)."""

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from homeostat.errors import MonitoringError
from homeostat.monitoring.package.canonical import canonical
from homeostat.monitoring.package.document import FORMAT
from homeostat.monitoring.package.freezing import told
from homeostat.monitoring.package.hashed import Signature, content_digest
from homeostat.monitoring.package.live import LIVE_FORMAT, LivePackage, check_live
from homeostat.monitoring.package.model import Package
from homeostat.monitoring.package.selftest import check
from homeostat.monitoring.package.watching import WATCH_FORMAT, WatchPackage, check_watcher

LARGEST = 256 * 2**20
"""Bytes beyond which a file is not read."""
ORIGINAL = "take the original file"
AnyPackage = Package | WatchPackage | LivePackage
KINDS: Mapping[str, type[AnyPackage]] = {
    FORMAT: Package,
    WATCH_FORMAT: WatchPackage,
    LIVE_FORMAT: LivePackage,
}


def write(package: AnyPackage, path: Path) -> None:
    """Write a frozen package, whole or not at all: beside its place first, then renamed, on disk on return.

    Raises `MonitoringError` when it was not frozen, or the file cannot be written; what stood there stands then.
    """
    if package.content_hash != package.hashed():
        raise MonitoringError("the package is not frozen as it is", where=str(path), mend="freeze it first")
    try:
        _put(path, canonical(package.to_json()) + b"\n")
    except OSError as fault:
        raise MonitoringError(f"the model cannot be written: {fault.strerror}", where=str(path)) from fault


def _put(path: Path, body: bytes) -> None:
    """A link stays a link; what is no ordinary file (a device, a pipe) is written to and never replaced."""
    target = path.resolve()
    if target.exists() and not target.is_file():
        target.write_bytes(body)
        return
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        with scratch.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(target)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def read(path: Path, verifier: Callable[[Signature, bytes], bool] | None = None) -> Package:
    """Read a package, and have `verifier`, if given, check its signature.

    Raises `MonitoringError` when the file is no package, is too large, was changed, or fails its self-test here.
    """
    package = parse(content(path), str(path))
    if verifier is not None:
        package.verify(verifier)
    return package


def read_any(path: Path) -> AnyPackage:
    """Read a package of any kind. Raises `MonitoringError` as `read` does."""
    return parse_any(content(path), str(path))


def read_running(path: Path) -> Package | WatchPackage:
    """Read a package that can run beside a batch. Raises `MonitoringError` as `read` does."""
    return parse_running(content(path), str(path))


def parse(body: bytes, where: str) -> Package:
    """The package whose file holds `body`; `where` names it in errors, which are those of `read`."""
    package = parse_running(body, where)
    if not isinstance(package, Package):
        raise MonitoringError(
            "this model watches running batches: it predicts nothing",
            where=where,
            mend="take one that predicts",
        )
    return package


def parse_running(body: bytes, where: str) -> Package | WatchPackage:
    """The package that predicts or watches in a batch, whose file holds `body`; errors are those of `read`."""
    package = parse_any(body, where)
    if isinstance(package, LivePackage):
        raise MonitoringError(
            "a live calibration reads whole spectra, which are no tags of a batch",
            where=where,
            mend="have it judge the table of its spectra: homeostat watch score",
        )
    return package


def parse_any(body: bytes, where: str) -> AnyPackage:
    """The package, of any kind, whose file holds `body`; errors are those of `read`."""
    document = _document(body, where)
    kind = KINDS.get(str(document.get("format")))
    if kind is None:
        raise MonitoringError(f"this is not a model of the format {FORMAT!r}", where=where, mend=ORIGINAL)
    if content_digest(document) != document.get("content_hash"):
        raise MonitoringError("the model was changed after it was frozen", where=where, mend=ORIGINAL)
    try:
        package = _package(kind, document, where)
        if isinstance(package, WatchPackage):
            check_watcher(package, where)
        elif isinstance(package, LivePackage):
            check_live(package, where)
        else:
            check(package, where)
    except (ValueError, IndexError, RecursionError) as fault:
        raise MonitoringError(f"its parts do not fit: {fault}", where=where, mend=ORIGINAL) from fault
    return package


def content(path: Path) -> bytes:
    """What the file of a package holds. Raises `MonitoringError` when it cannot be read, or is too large."""
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise MonitoringError(f"the file has {size} bytes: too many for a model", where=str(path))
        return path.read_bytes()
    except OSError as fault:
        what = f"the model cannot be read: {fault.strerror}"
        raise MonitoringError(what, where=str(path), mend="check the path") from fault


def _document(body: bytes, where: str) -> dict[str, Any]:
    if not body.strip():
        raise MonitoringError("this is not a model: the file is empty", where=where, mend=ORIGINAL)
    try:
        found = json.loads(body.decode(), parse_constant=_refuse, object_pairs_hook=_unique)
        canonical(found)
    except (ValueError, RecursionError) as fault:
        raise MonitoringError(f"this is not a model: {fault}", where=where, mend=ORIGINAL) from fault
    if not isinstance(found, dict):
        raise MonitoringError("this is not a model: no JSON object", where=where, mend=ORIGINAL)
    return found


def _package(kind: type[AnyPackage], document: dict[str, Any], where: str) -> AnyPackage:
    try:
        return kind.model_validate(document)
    except ValidationError as fault:
        raise MonitoringError(f"this is not a model: {told(fault)}", where=where, mend=ORIGINAL) from fault


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return found
