"""How the columns of a user's tables map to a model: a short YAML file.

In: the file. Out: `DataMap`s, or every fault of the file with its line. For example:

    separator: ";"
    decimal: ","
    time: {column: t, unit: h}
    measured:
      cX: {quantity: biomass, unit: g/L, absolute: 0.4, relative: 0.035}
    inputs:
      STIRR: {input: stirrer, unit: rpm}
    initial:
      S0: {state: glucose, unit: g/L}
    constants: {feed_glucose: 200 g/L}

Tables of several kinds (samples, logs) stand as a list under `tables`, each with the `files` it is for; rows of the
same run are put together.
"""

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from homeostat.errors import TwinError
from homeostat.process import Quantity, Unit, compatible
from homeostat.process.base import Name, Part
from homeostat.process.composer import compose
from homeostat.process.recordings import Line
from homeostat.process.source import read_bytes
from homeostat.process.wording import fault

Share = Annotated[float, Field(ge=0.0)]

_WANTED = (
    "a map is a YAML file that says what the columns mean, with the keys time, measured, inputs, initial, additions, "
    "constants, separator, decimal (or a list of such maps under `tables`); only time is needed: "
    "`time: {column: t, unit: h}`"
)
_KEY = re.compile(r"""\{|[^\s,;][^,;]*:(\s|$)""")
"""How the first line of a map begins; the heading of a table of numbers has no colon behind a name."""

_NAMING = {"measured": "quantity", "inputs": "input", "initial": "state"}
"""Sections of a map in which each quantity has one column, and the field that names it."""


class TimeColumn(Part):
    """The time of each row: a number in `unit` since the start of the run, or a date and time in strptime `format`.

    Dates count from the first row of the run.
    """

    column: Line
    unit: Unit | None = None
    format: Line | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.unit is None) == (self.format is None):
            raise ValueError(
                "a time has either a unit or a format|write unit: h, or format: '%d.%m.%Y %H:%M'"
            )
        if self.unit and not compatible(self.unit, "h"):
            raise ValueError(f"'{self.unit}' is no unit of time|write s, min, h or day")
        if self.format and "%z" in self.format:
            raise ValueError("time zones are not read|give the times of one clock, without summer time")
        return self


class Measured(Part):
    """A measured column: the model's state or output it shows, its unit, and its standard deviation.

    `absolute` is in `unit`, `relative` a share of the value; both add as independent errors. `deviation` names a
    column that holds the standard deviation of each value, in `unit`. Of values less than `every` after the one taken
    before, none is taken: neighbours in a log err alike, and each would count as news.
    """

    quantity: Name
    unit: Unit
    absolute: Share = 0.0
    relative: Share = 0.0
    deviation: Line | None = None
    every: Quantity | None = None

    @model_validator(mode="after")
    def _some_error(self) -> Self:
        modelled = self.absolute > 0.0 or self.relative > 0.0
        if modelled == (self.deviation is not None):
            raise ValueError(
                "the error of a measurement is not told, or told twice|give absolute and relative, or deviation"
            )
        if self.every is not None and not (compatible(self.every.unit, "h") and self.every.value > 0.0):
            raise ValueError(f"`every` {self.every} is no length of time|write such as 1 h")
        return self


class InputColumn(Part):
    """A column that sets an input of the model from its row on, until a value that differs by more than `deadband`.

    The deadband, in `unit`, keeps a fluttering reading from cutting the run into thousands of pieces.
    """

    input: Name
    unit: Unit
    deadband: Share = 0.0


class StateColumn(Part):
    """A column about a state: what the run begins with (`initial`), or what is added at that time (`additions`)."""

    state: Name
    unit: Unit


class DataMap(Part):
    """One kind of table: its shape, and what its columns mean.

    After `skip` lines come `header` lines, of which the first names the columns. Without a `separator` it is told by
    the header. A run is a value of the column `run`, or one file; `run_pattern`, whose first group is the name of the
    run, is searched in the file's name. Cells in `missing`, and blank ones, are missing values.
    """

    files: tuple[Line, ...] = ("*",)
    separator: Literal[";", ",", "\t", "|"] | None = None
    decimal: Literal[",", "."] = "."
    encoding: Literal["utf-8", "latin-1", "cp1252", "utf-16"] = "utf-8"
    header: int = Field(default=1, ge=1, le=100)
    skip: int = Field(default=0, ge=0, le=100)
    missing: tuple[str, ...] = ("NA", "NaN", "nan", "n/a", "-")
    run: Line | None = None
    run_pattern: Line | None = None
    donor: Line | None = None
    time: TimeColumn
    measured: dict[Line, Measured] = Field(default_factory=dict)
    inputs: dict[Line, InputColumn] = Field(default_factory=dict)
    initial: dict[Line, StateColumn] = Field(default_factory=dict)
    additions: dict[Line, StateColumn] = Field(default_factory=dict)
    constants: dict[Name, Quantity] = Field(default_factory=dict)

    @field_validator(*_NAMING)
    @classmethod
    def _each_once(cls, columns: dict[str, Part], info: ValidationInfo) -> dict[str, Part]:
        """Two columns of one quantity would overwrite each other; of `additions` each one is added."""
        kind, told = _NAMING[info.field_name or ""], dict[str, str]()
        for column, given in columns.items():
            name: str = getattr(given, kind)
            if name in told:
                raise ValueError(
                    f"columns '{told[name]}' and '{column}' are both the {kind} {name}|keep one of them, or read "
                    "the file by two maps under `tables` if they are replicates"
                )
            told[name] = column
        return columns

    @model_validator(mode="after")
    def _a_pattern(self) -> Self:
        try:
            groups = re.compile(self.run_pattern or "()").groups
        except re.error as error:
            raise ValueError(
                f"`run_pattern` is no regular expression: {error}|write such as '_([0-9]+)$'"
            ) from error
        if groups < 1:
            raise ValueError("`run_pattern` has no group|put brackets around the name: '_([0-9]+)$'")
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column beside that of time that the map names, each once."""
        deviations = [m.deviation for m in self.measured.values() if m.deviation]
        groups = (self.measured, self.inputs, self.initial, self.additions, deviations)
        single = [name for name in (self.run, self.donor) if name]
        return tuple(dict.fromkeys([*single, *(name for group in groups for name in group)]))


class _Tables(Part):
    tables: tuple[DataMap, ...] = Field(min_length=1)


def load_map(path: Path) -> tuple[DataMap, ...]:
    """The maps in a YAML file: one, or a list under `tables`. Raises `TwinError` with every fault and its line."""
    if path.is_dir():
        raise TwinError("this is a folder, not a map of columns", where=str(path), mend=_WANTED)
    raw, issues = read_bytes(path)
    if not issues and not _begins_as_map(raw):
        what = "this is no map of columns" if raw.strip() else "the map of columns is empty"
        raise TwinError(what, where=str(path), mend=_WANTED)
    if issues:
        raise TwinError(issues[0].what, where=str(path), mend=issues[0].mend)
    composed = compose(raw, str(path))
    if composed.source is None or composed.issues:
        raise _unusable(path, [str(issue) for issue in composed.issues])
    tree = composed.source.root.plain()
    several = isinstance(tree, dict) and "tables" in tree
    kind: type[_Tables | DataMap] = _Tables if several else DataMap
    try:
        found = kind.model_validate(tree)
    except ValidationError as error:
        faults = [composed.source.issue(fault(one, kind)) for one in error.errors(include_url=False)]
        raise _unusable(path, [str(each) for each in faults]) from error
    return found.tables if isinstance(found, _Tables) else (found,)


def _begins_as_map(raw: bytes) -> bool:
    """Whether the first line that says anything begins as a YAML mapping; UTF-16 is left to the reader's message."""
    if b"\0" in raw:
        return True
    lines = (line.strip() for line in raw.decode("latin-1").removeprefix("\xef\xbb\xbf").splitlines())
    first = next((line for line in lines if line and not line.startswith(("#", "---", "%"))), "")
    return not first.startswith("- ") and _KEY.match(first) is not None


def _unusable(path: Path, lines: list[str]) -> TwinError:
    return TwinError(
        "the map of columns cannot be used:\n  " + "\n  ".join(lines),
        where=str(path),
        mend="mend the lines named",
    )
