"""Which fields a place in a declaration may have, read off the pydantic models."""

from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from homeostat.process.issues import Path


def fields_at(model: type[BaseModel], path: Path) -> tuple[str, ...]:
    """The fields of the part that stands at `path` below `model`; empty where there is no part with fields."""
    kind: Any = model
    for key in path:
        kind = _bare(_below(kind, key))
    if not _is_model(kind):
        return ()
    return tuple(field.alias or name for name, field in kind.model_fields.items())


def _below(kind: Any, key: str | int) -> Any:
    if _is_model(kind):
        field = kind.model_fields.get(key)
        return field.annotation if field else None
    arguments = get_args(kind)
    if get_origin(kind) is dict:
        return arguments[1]
    return arguments[0] if get_origin(kind) is tuple else None


def _bare(kind: Any) -> Any:
    """`kind` without its annotations and without the None of an optional field."""
    while get_origin(kind) in (Annotated, Union, UnionType):
        kind = next(argument for argument in get_args(kind) if argument is not type(None))
    return kind


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
