"""From a source to a process: the validator's faults, and the process without its faulty parts.

What is left after pruning is checked further, so that one reading reports the faults of every kind. The names that
were pruned are remembered: a reference to them is not an error of its own.
"""

from dataclasses import dataclass
from typing import Any

from pydantic import Field, ValidationError
from pydantic_core import ErrorDetails

from homeostat.process.base import Name, Text
from homeostat.process.composer import MAX_DEPTH
from homeostat.process.declaration import Process, Version
from homeostat.process.equipment import EquipmentUnit
from homeostat.process.issues import Issue, Path
from homeostat.process.recipe import Recipe
from homeostat.process.source import Node, Source
from homeostat.process.twin import Twin
from homeostat.process.wording import fault

MAX_FAULTS = 300
NOT_GIVEN = "not-given"
_DECLARING = frozenset(("units", "modules", "tags", "recipe", "procedure", "operations", "phases", "name"))


class Draft(Process):
    """A process of which nothing is required: what pruning may leave."""

    homeostat: Any = "1"
    process: Name = NOT_GIVEN
    version: Version = "0.0.0"
    title: Text = NOT_GIVEN
    units: dict[Name, EquipmentUnit] = Field(default_factory=dict)
    recipe: Recipe = Recipe.model_construct(procedure=())
    twin: Twin = Twin(model=NOT_GIVEN)


@dataclass(frozen=True, slots=True)
class Shaped:
    """A process with the validator's issues; where it is not `complete`, also what pruning took from it.

    `names` are those that were declared in a pruned part, `sections` the top-level fields that lost something, and
    `opaque` those of them that would have declared more names, had they been readable.
    """

    process: Process | None
    complete: bool
    issues: tuple[Issue, ...] = ()
    names: frozenset[str] = frozenset()
    sections: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()


def shape(source: Source) -> Shaped:
    """Validate `source`. Where there are faults, they are pruned from its tree and the rest is validated."""
    process, errors = _validate(Process, source.root)
    if process is not None:
        return Shaped(process, complete=True)
    found = [error for error in errors if not _empty(source, error)]
    issues = tuple(source.issue(fault(error, Process)) for error in found[:MAX_FAULTS])
    if len(errors) > MAX_FAULTS:
        return Shaped(None, False, issues)
    sections = frozenset(str(error["loc"][0]) for error in errors)
    process, names = _prune(source, errors)
    opaque = frozenset(str(error["loc"][0]) for error in errors if _hides_names(error))
    return Shaped(process, False, issues, frozenset(names), sections, opaque)


def _validate(model: type[Process], root: Node) -> tuple[Process | None, list[ErrorDetails]]:
    try:
        return model.model_validate(root.plain()), []
    except ValidationError as error:
        return None, [one for one in error.errors(include_url=False) if not _consequence(one)]


def _consequence(error: ErrorDetails) -> bool:
    """Whether a list is called empty only because its items have errors of their own."""
    return error["type"] == "too_short" and bool(error["input"])


def _hides_names(error: ErrorDetails) -> bool:
    """Whether what should have declared names is missing, or is no mapping or list at all."""
    missing = error["type"] == "missing" and error["loc"][-1] in _DECLARING
    return missing or error["type"] in ("dict_type", "tuple_type", "model_type")


def _empty(source: Source, error: ErrorDetails) -> bool:
    """Whether the error stands at a value that is missing, which the reader has already reported."""
    return source.walk(error["loc"])[-1].value is None


def _prune(source: Source, errors: list[ErrorDetails]) -> tuple[Process | None, set[str]]:
    """Remove the smallest part around every error until the rest is valid; also the names that were removed."""
    process: Process | None = None
    names: set[str] = set()
    for _ in range(MAX_DEPTH):
        if process is not None:
            break
        ends = [_end(source, error["loc"]) for error in errors]
        for parent, key, node in [end for end in ends if end is not None]:
            names.update([key] if isinstance(key, str) else [], Node(0, [node]).names())
            _remove(parent, node)
        process, errors = _validate(Draft, source.root)
    return process, names


def _end(source: Source, path: Path) -> tuple[Node, str | int, Node] | None:
    """The deepest node along `path` that exists, with its parent and its name or position."""
    nodes = source.walk(path)
    return (nodes[-2], path[len(nodes) - 2], nodes[-1]) if len(nodes) > 1 else None


def _remove(parent: Node, node: Node) -> None:
    if isinstance(parent.value, dict):
        parent.value = {name: child for name, child in parent.value.items() if child is not node}
    elif isinstance(parent.value, list):
        parent.value = [child for child in parent.value if child is not node]
