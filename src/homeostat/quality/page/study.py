"""What a study of the twin shows: courses over time, intervals by name, tables; drawn by whoever is asked.

In: plain numbers with their names and units. Out: frozen values that `twin` lays out as a page, others as a picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shade:
    """A shaded band between `low` and `high` (nt,), such as from 5 to 95 %."""

    low: Array
    high: Array
    label: str


@dataclass(frozen=True, eq=False)
class Dots:
    """Measured values (m,) at `hours` (m,)."""

    hours: Array
    values: Array
    label: str = "measured"


@dataclass(frozen=True, eq=False)
class Panel:
    """One quantity over time: `line` (nt,) at `hours` (nt,), bands from the widest to the narrowest, points, limits.

    NaN breaks a line. `low` and `high` are a specification; `now` is the hour from which it is a forecast. Times are in
    `time_unit` instead of hours, if one is named.
    """

    title: str
    unit: str
    hours: Array
    line: Array
    label: str = ""
    shades: tuple[Shade, ...] = ()
    dots: Dots | None = None
    low: float | None = None
    high: float | None = None
    now: float | None = None
    time_unit: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A row of a ladder: a value and, where there is one, the interval about it."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Ladder:
    """Values by name, one below the other on one axis; with `bars`, drawn from 0."""

    title: str
    unit: str
    rows: tuple[Span, ...]
    bars: bool = False
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: `columns` separated by "|", a name that ends in ">" holds numbers."""

    caption: str
    columns: str
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Study:
    """A page or picture: title, a sentence, facts, then figures and tables, and notes at the end."""

    title: str
    lead: str
    facts: Mapping[str, str] = field(default_factory=dict)
    panels: tuple[Panel, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[str, ...] = ()
