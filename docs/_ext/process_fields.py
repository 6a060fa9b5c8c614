"""The fields of one part of a process file, read from its schema and written as a Markdown table.

In comes a pydantic model such as `homeostat.process.equipment.Tag`; out come its documentation and, for each
field, the form it takes in the file and its default: the reference cannot differ from what is accepted.
"""

import re
from collections.abc import Mapping
from importlib import import_module
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from homeostat.process.alarms import AlarmName, Suppressions
from homeostat.process.base import Name, Names, Range, Text
from homeostat.process.conditions import Condition
from homeostat.process.declaration import Version
from homeostat.process.recordings import Candidates, Line
from homeostat.process.soft import Digest, ModelInput, PublicKey
from homeostat.process.units import Quantity, Unit

FORMS: tuple[tuple[Any, str], ...] = (
    (Names, "name, or list of names"),
    (Range, "[low, high], two quantities"),
    (Candidates, "text, or list of alternatives"),
    (Name, "name"),
    (Text, "text"),
    (Line, "text"),
    (Version, "version, such as 1.0.0"),
    (Quantity, "quantity"),
    (Unit, "unit"),
    (Condition, "condition"),
    (ModelInput, "tag, twin's or outlook's quantity, or time; `@` a time"),
    (Digest, "64 hexadecimal digits"),
    (PublicKey, "Ed25519 public key, 64 hexadecimal digits"),
    (AlarmName, "name of an alarm, or the beginning of it"),
    (Suppressions, "step or condition, or list of them"),
    (str, "text"),
    (bool, "true or false"),
    (int, "whole number"),
    (float, "number"),
)


def form(annotation: Any) -> str:
    """What stands in the file for a field of this type, in words."""
    for known, words in FORMS:
        if annotation == known:
            return words
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return form(arguments[0])
    if origin is Literal:
        return " or ".join(f"`{str(value).replace(chr(9), 'tab')}`" for value in arguments)
    if origin in (Union, UnionType):
        return " or ".join(form(argument) for argument in arguments if argument is not NoneType)
    return _container(origin, arguments) or f"[{title(annotation)}](#{target(annotation)})"


def title(part: type) -> str:
    """A part's name as words: EquipmentUnit becomes "equipment unit"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part.__name__).lower()


def target(part: type) -> str:
    """The label under which the documentation of a part is found."""
    return f"part-{title(part).replace(' ', '-')}"


def _container(origin: Any, arguments: tuple[Any, ...]) -> str:
    if origin in (dict, Mapping):
        return f"map: {form(arguments[0])} to {form(arguments[1])}"
    if origin is tuple:
        many = arguments[1:] == (Ellipsis,)
        return f"list of {form(arguments[0])}" if many else f"[{', '.join(map(form, arguments))}]"
    return ""


def default(field: FieldInfo) -> str:
    """What holds when the field is left out."""
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value in (None, "", (), {}) or isinstance(value, BaseModel):
        return "-"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def table(part: type[BaseModel]) -> list[str]:
    """The summary of `part` and the table of its fields, as lines of Markdown."""
    hints = get_type_hints(part, include_extras=True)
    rows = [
        f"| `{field.alias or name}` | {form(hints[name]).replace('|', chr(92) + '|')} | {default(field)} |"
        for name, field in part.model_fields.items()
    ]
    return [
        f"({target(part)})=",
        "",
        *_documentation(part),
        "",
        "| field | form | default |",
        "|---|---|---|",
        *rows,
        "",
    ]


def _documentation(part: type[BaseModel]) -> list[str]:
    words = (part.__doc__ or "").strip()
    return [line.strip() for line in f"**{title(part).capitalize()}.** {words}".splitlines()]


def part_named(path: str) -> type[BaseModel]:
    """The part with the full name `path`. LookupError when there is none."""
    module, _, name = path.rpartition(".")
    part = getattr(import_module(module), name, None)
    if not (isinstance(part, type) and issubclass(part, BaseModel)):
        raise LookupError(f"{path} is not a part of a process")
    return part
