"""The declared quantities of a model: what a scientist writes, and the ordered tables a machine reads.

In: calls of `state`, `input`, `parameter` and `output` in a class body, and attributes that bring quantities of their
own. Out: one `Signature` per model.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from homeostat.errors import TwinError


class Kind(StrEnum):
    """The role a declared quantity plays in the equations."""

    STATE = "state"
    INPUT = "input"
    PARAMETER = "parameter"
    OUTPUT = "output"


LEAST_SCALE, MOST_SCALE = 1e-100, 1e100
"""Sizes beyond which the square of an error over its tolerance would be no finite number."""


@dataclass(frozen=True)
class Quantity:
    """One declared quantity; `value` is its default in `unit`, `spread` the relative donor-to-donor deviation.

    `scale` is a size of a state below which errors do not matter much, in `unit` (None: see `engine.scales`).
    """

    kind: Kind
    value: float
    unit: str
    doc: str
    low: float = -math.inf
    high: float = math.inf
    spread: float = 0.0
    source: str = ""
    name: str = ""
    scale: float | None = None

    def check(self, where: str) -> None:
        """Raise `TwinError` when the declaration contradicts itself."""
        if not self.unit.strip() or not self.doc.strip():
            raise TwinError(f"{self.kind} {self.name} has no unit or no description", where=where)
        if not math.isfinite(self.value) or not math.isfinite(self.spread) or self.spread < 0.0:
            raise TwinError(f"{self.kind} {self.name} needs a finite value and a spread >= 0", where=where)
        if self.scale is not None and not LEAST_SCALE <= self.scale <= MOST_SCALE:
            raise TwinError(
                f"{self.kind} {self.name} needs a scale from {LEAST_SCALE:g} to {MOST_SCALE:g}, not {self.scale:g}",
                where=where,
                mend="give a size that the state has in its unit, or leave it out",
            )
        if not self.low <= self.value <= self.high:
            raise TwinError(
                f"{self.kind} {self.name} = {self.value} lies outside [{self.low}, {self.high}]",
                where=where,
                mend="widen the bounds or change the value",
            )


def state(
    value: float,
    unit: str,
    doc: str,
    *,
    low: float = 0.0,
    high: float = math.inf,
    scale: float | None = None,
) -> Any:
    """Declare a differential state by its initial value; it may never leave [`low`, `high`].

    The absolute tolerance of integration is a share of `scale` (by default 1 unit, or the declared value where that is
    less than a thousandth of its unit): give one to a state that begins at 0 and stays far below 1. By the same share
    a state may stand beyond a bound, for an error is no fault: of the scale, but at most of 1 unit or the declared
    value if that is more. A run that starts far below its scale is integrated more strictly (see `engine.scales`).
    """
    size = None if scale is None else float(scale)
    return Quantity(Kind.STATE, float(value), unit, doc, float(low), float(high), scale=size)


def input(value: float, unit: str, doc: str, *, low: float = -math.inf, high: float = math.inf) -> Any:
    """Declare an input: constant over each simulated interval, within [`low`, `high`]."""
    return Quantity(Kind.INPUT, float(value), unit, doc, float(low), float(high))


def parameter(
    value: float,
    unit: str,
    doc: str,
    *,
    spread: float = 0.0,
    low: float = -math.inf,
    high: float = math.inf,
    source: str = "",
) -> Any:
    """Declare a constant of a batch: its value, relative spread between donors, bounds and origin."""
    return Quantity(Kind.PARAMETER, float(value), unit, doc, float(low), float(high), float(spread), source)


def output(unit: str, doc: str) -> Any:
    """Declare an algebraic output, computed by the model's `outputs`."""
    return Quantity(Kind.OUTPUT, 0.0, unit, doc)


@dataclass(frozen=True)
class Group:
    """The quantities of one kind, in the order of their declaration."""

    kind: Kind
    quantities: tuple[Quantity, ...]

    def __len__(self) -> int:
        return len(self.quantities)

    def __iter__(self) -> Iterator[Quantity]:
        return iter(self.quantities)

    def __getitem__(self, name: str) -> Quantity:
        for quantity in self.quantities:
            if quantity.name == name:
                return quantity
        raise TwinError(f"no {self.kind} is called {name!r}", mend="it has: " + ", ".join(self.names))

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(quantity.name for quantity in self.quantities)

    @property
    def values(self) -> tuple[float, ...]:
        """The declared default values, in order."""
        return tuple(quantity.value for quantity in self.quantities)

    def index(self, name: str) -> int:
        """Return the position of `name`; `TwinError` when there is none."""
        return self.quantities.index(self[name])

    def vector(self, values: Mapping[str, float] | None = None) -> tuple[float, ...]:
        """Return all values in order: the given ones by name, the declared defaults for the rest."""
        given = dict(values or {})
        for name in given:
            self.index(name)
        return tuple(float(given.get(q.name, q.value)) for q in self.quantities)


@dataclass(frozen=True)
class Signature:
    """Everything declared by one model, grouped by kind and ordered as written."""

    states: Group
    inputs: Group
    parameters: Group
    outputs: Group

    @property
    def groups(self) -> tuple[Group, Group, Group, Group]:
        """States, inputs, parameters, outputs."""
        return self.states, self.inputs, self.parameters, self.outputs


@runtime_checkable
class Contributor(Protocol):
    """A class attribute that brings quantities of its own, such as the weights of a learnt term."""

    def contribute(self, name: str) -> Mapping[str, Quantity]:
        """Return the quantities by name, for an attribute called `name`."""


def read_signature(owner: type, reserved: frozenset[str]) -> Signature:
    """Collect the quantities declared on `owner` and its bases; `TwinError` when they are inconsistent."""
    named = {name: replace(quantity, name=name) for name, quantity in _collected(owner).items()}
    for name, quantity in named.items():
        quantity.check(owner.__name__)
        if name in reserved or name.startswith("_"):
            raise TwinError(f"{name!r} cannot name a {quantity.kind}", where=owner.__name__, mend="rename it")
    groups = {k: Group(k, tuple(q for q in named.values() if q.kind is k)) for k in Kind}
    if not groups[Kind.STATE].quantities:
        raise TwinError("the model declares no state", where=owner.__name__, mend="add `name = state(...)`")
    return Signature(groups[Kind.STATE], groups[Kind.INPUT], groups[Kind.PARAMETER], groups[Kind.OUTPUT])


def _collected(owner: type) -> dict[str, Quantity]:
    """Quantities by name, in the order first declared; one written in a class body replaces a contributed one."""
    found: dict[str, Quantity | Contributor] = {}
    for cls in reversed(owner.__mro__):
        found |= {
            name: value for name, value in vars(cls).items() if isinstance(value, Quantity | Contributor)
        }
    written = {name: value for name, value in found.items() if isinstance(value, Quantity)}
    collected: dict[str, Quantity] = {}
    for name, value in found.items():
        brought = {name: value} if isinstance(value, Quantity) else value.contribute(name)
        collected |= {n: written.get(n, quantity) for n, quantity in brought.items()}
    return collected
