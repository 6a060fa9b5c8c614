"""What identifies the content of a definition: the hash that a batch names it by, after looking at what it is."""

import hashlib

from pydantic import ValidationError

from homeostat.errors import AuthorityError, MonitoringError
from homeostat.ledger.catalogue import DefinitionKind
from homeostat.process import Process


def identity(kind: DefinitionKind, name: str, version: str, content: str) -> str:
    """The hash of `content`: a process' and a model package's own, SHA-256 of the text for all others.

    Raises AuthorityError for what is not of this kind, or says another name or version of itself.
    """
    if not content.strip():
        raise AuthorityError("a definition without content defines nothing", where=f"{kind} {name}")
    if kind == "process":
        return _process(name, version, content)
    if kind == "model":
        return _model(name, content)
    return hashlib.sha256(content.encode()).hexdigest()


def _process(name: str, version: str, content: str) -> str:
    try:
        process = Process.model_validate_json(content)
    except ValidationError as error:
        raise AuthorityError(
            f"this is no process declaration: {error.error_count()} faults",
            where=f"process {name}",
            mend="submit what `homeostat process` accepts",
        ) from error
    if (process.process, process.version) != (name, version):
        raise AuthorityError(
            f"the declaration says it is {process.process} {process.version}",
            where=f"process {name} {version}",
            mend="submit it under its own name and version",
        )
    return process.content_hash


def _model(name: str, content: str) -> str:
    from homeostat.monitoring.package import parse_any  # noqa: PLC0415 - slow to import, and needed by few

    try:
        return parse_any(content.encode(), f"model {name}").content_hash
    except MonitoringError as error:
        raise AuthorityError(f"this is no model package: {error.what}", where=f"model {name}") from error
