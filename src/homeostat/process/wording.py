"""What the validator found, in plain words: a table from its kinds of error to what is wrong and how to mend it."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from homeostat.process.base import NAME_PATTERN
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.members import fields_at

Words = tuple[str, str]


def fault(error: ErrorDetails, model: type[BaseModel]) -> Fault:
    """The fault that a pydantic `error` of `model` stands for."""
    path = tuple(key for key in error["loc"] if key != "[key]")
    if error["type"] == "extra_forbidden":
        return Fault(path, *_unknown_field(path, model))
    what, mend = _WORDS.get(error["type"], _other)(error)
    return Fault(path, what, mend)


def _unknown_field(path: Path, model: type[BaseModel]) -> Words:
    name = str(path[-1])
    return f"{quoted(name)} is not a field here", suggestion(name, fields_at(model, path[:-1]))


def _missing(error: ErrorDetails) -> Words:
    name = error["loc"][-1]
    if isinstance(name, int):
        return "a value is missing in this list", "give both ends, such as [36 degC, 38 degC]"
    return f"'{name}' is missing", f"add a line '{name}: ...'"


def _own(error: ErrorDetails) -> Words:
    """Our validators raise ValueError("what|mend")."""
    what, _, mend = str(_context(error, "error")).partition("|")
    return what, mend or "see the documentation of this field"


def _literal(error: ErrorDetails) -> Words:
    choices = str(_context(error, "expected")).replace("'", "").replace(" or ", ", ").split(", ")
    return f"{quoted(error['input'])} is not possible here", suggestion(str(error["input"]), choices)


def _pattern(error: ErrorDetails) -> Words:
    if _context(error, "pattern") == NAME_PATTERN:
        return (
            f"{quoted(error['input'])} is not a name",
            "begin with a letter; use letters, digits, - and _, at most 48",
        )
    return f"{quoted(error['input'])} is not a version", "write three numbers, such as 1.0.0"


def _kind(expected: str, mend: str) -> Callable[[ErrorDetails], Words]:
    return lambda error: (f"{expected} is expected, not {_described(error['input'])}", mend)


def _bound(words: str, key: str) -> Callable[[ErrorDetails], Words]:
    return lambda error: (
        f"{quoted(error['input'])} is {words} {_context(error, key)}",
        f"give a number that is not {words} {_context(error, key)}",
    )


def _beyond(words: str, key: str) -> Callable[[ErrorDetails], Words]:
    return lambda error: (
        f"{quoted(error['input'])} is not {words} {_context(error, key)}",
        f"give a number {words} {_context(error, key)}",
    )


def _too_short(error: ErrorDetails) -> Words:
    return "this must not be empty", "add at least one entry or remove the field"


def _too_long(error: ErrorDetails) -> Words:
    return f"there are more than {_context(error, 'max_length')} entries or signs", "shorten it"


def _other(error: ErrorDetails) -> Words:
    return f"{quoted(error['input'])} cannot be used here", "see the documentation of this field"


def _context(error: ErrorDetails, key: str) -> Any:
    return error.get("ctx", {}).get(key, "")


def _described(value: object) -> str:
    names = {dict: "a mapping", list: "a list", type(None): "nothing"}
    return names.get(type(value)) or quoted(value)


_MAPPING = _kind("a mapping", "write lines of 'name: value' below this one")
_LIST = _kind("a list", "write [first, second], or lines that begin with '- '")
_TEXT = _kind("a text", "write one value after the colon")
_NUMBER = _kind("a number", "write a plain number, such as 0.5")
_WHOLE = _kind("a whole number", "write a whole number, such as 1")

_WORDS: Mapping[str, Callable[[ErrorDetails], Words]] = {
    "missing": _missing,
    "value_error": _own,
    "literal_error": _literal,
    "string_pattern_mismatch": _pattern,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "string_type": _TEXT,
    "bool_type": _kind("yes or no", "write yes or no"),
    "bool_parsing": _kind("yes or no", "write yes or no"),
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "greater_than_equal": _bound("below", "ge"),
    "less_than_equal": _bound("above", "le"),
    "greater_than": _beyond("above", "gt"),
    "less_than": _beyond("below", "lt"),
    "string_too_short": _too_short,
    "too_short": _too_short,
    "string_too_long": _too_long,
    "too_long": _too_long,
}
