"""The PEtab yaml file: where the model and the tables are.

In: a path. Out: `Files` with absolute paths. Version 1, one problem, one SBML model.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Files:
    """The files of one PEtab problem; a table may be spread over several of them."""

    yaml: Path
    model: Path
    parameters: tuple[Path, ...]
    conditions: tuple[Path, ...]
    observables: tuple[Path, ...]
    measurements: tuple[Path, ...]


def read_files(path: Path) -> Files:
    """Read the yaml file at `path`. Raises `TwinError` for what is missing or of another version."""
    content = _content(path)
    if str(content.get("format_version", "")).split(".", maxsplit=1)[0] != "1":
        raise TwinError(
            f"format_version {content.get('format_version')} is not supported",
            where=str(path),
            mend="convert the problem to PEtab version 1",
        )
    problems = content.get("problems")
    if not isinstance(problems, list) or len(problems) != 1 or not isinstance(problems[0], dict):
        raise TwinError("`problems` must hold exactly one problem", where=str(path), mend="split the file")
    problem = problems[0]
    models = _paths(path, problem, "sbml_files")
    if len(models) != 1:
        raise TwinError(f"{len(models)} SBML models in one problem", where=str(path), mend="name one")
    return Files(
        path,
        models[0],
        _paths(path, content, "parameter_file"),
        _paths(path, problem, "condition_files"),
        _paths(path, problem, "observable_files"),
        _paths(path, problem, "measurement_files"),
    )


def _content(path: Path) -> Mapping[str, Any]:
    if not path.is_file():
        raise TwinError("there is no such file", where=str(path))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        reason = " ".join(str(error).split())
        raise TwinError(f"not valid YAML: {reason}", where=str(path)) from error
    if not isinstance(content, dict):
        raise TwinError("the file holds no mapping", where=str(path), mend="give a PEtab problem file")
    return content


def _paths(path: Path, content: Mapping[str, Any], key: str) -> tuple[Path, ...]:
    given = content.get(key)
    names = [given] if isinstance(given, str) else given
    if not isinstance(names, list) or not names or not all(isinstance(n, str) for n in names):
        raise TwinError(f"`{key}` names no file", where=str(path), mend="name one or a list of them")
    return tuple(path.parent / n for n in names)
