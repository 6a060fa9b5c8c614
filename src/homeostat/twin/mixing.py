"""Sudden changes of a vessel's contents: a bolus goes in, a volume is drawn off. Mass balances, nothing else.

In: a model with a state named `volume`, its states in declared order, a volume in the unit of that state.
Out: the states afterwards. What an amount per volume is shows in its unit ("1e6 cell/mL", "mM", "kg/m^3").
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache

from homeostat.errors import TwinError, UnitError
from homeostat.process.unit_text import parse_unit
from homeostat.process.units import compatible
from homeostat.twin.declare import Signature
from homeostat.twin.model import Model

VOLUME = "volume"
CELLS = "viable"
"""Fractions (of transduced cells, say) are carried by the viable cells where a material brings some."""

States = tuple[float, ...]


@cache
def is_concentration(unit: str) -> bool:
    """Whether a state of this `unit` is an amount per volume, which adding volume dilutes.

    Anything divided by a volume (L, a cubed length, or within M = mol/L) is one, unless it is divided by time, too.
    Raises TwinError for a unit that the registry cannot read: nobody knows what a bolus would do to it.
    """
    try:
        powers = parse_unit(unit).powers
        volumes = [power for name, power in powers.items() if compatible(name, "L")]
        lengths = sum(power for name, power in powers.items() if compatible(name, "m"))
        molar = sum(power for name, power in powers.items() if compatible(name, "mol/L"))
        times = sum(power for name, power in powers.items() if compatible(name, "h"))
    except UnitError as error:
        raise TwinError(
            f"whether adding volume dilutes a state in '{unit}' cannot be told: {error.what}",
            mend="declare it in a unit such as 1e6 cell/mL, mmol/L, mM or %, or 1 for a number without one",
        ) from error
    # The text of "L/L" has cancelled to power 0; it is a volume per volume as mL/L is.
    per_volume = molar > 0 or lengths <= -3 or any(power <= 0 for power in volumes)
    return per_volume and times >= 0


def mix(model: type[Model], x: Sequence[float], volume_added: float, contents: Mapping[str, float]) -> States:
    """Return the states after `volume_added` with `contents` (state name: value in its unit) was mixed in.

    Concentrations obey c' = (c V + c_in v) / (V + v), with c_in = 0 for whatever `contents` does not name.
    Any other state named in `contents` (a fraction, pH) becomes the mean of vessel and material, weighted by
    viable cells where `contents` names `viable`, otherwise by volume; one that is not named stays as it is.
    Raises TwinError for an unknown state, an impossible volume or content, or a vessel that would overflow.
    """
    volume = _volume(model, x)
    _check_amount(model, volume_added)
    check_contents(model.signature, contents)
    total = volume + volume_added
    _check_room(model, total)
    if volume_added == 0.0:
        return tuple(x)
    share = volume_added / total
    carried = _carried_share(model, x, volume_added, contents)
    after = []
    for quantity, value in zip(model.signature.states, x, strict=True):
        if quantity.name == VOLUME:
            after.append(total)
        elif is_concentration(quantity.unit):
            after.append(_blend(value, contents.get(quantity.name, 0.0), share))
        else:
            after.append(_blend(value, contents.get(quantity.name, value), carried))
    return tuple(after)


def withdraw(model: type[Model], x: Sequence[float], volume: float, retain: Sequence[str] = ()) -> States:
    """Return the states after `volume` was drawn off; those of `retain` rise by V / (V - v).

    Raises TwinError for an unknown state, a negative volume, or one that would leave nothing behind: with no
    volume left, concentrations have no meaning.
    """
    before = _volume(model, x)
    _check_amount(model, volume)
    _check_names(model, retain)
    left = before - volume
    least = max(0.0, model.signature.states[VOLUME].low)
    if left <= 0.0 or left < least:
        raise TwinError(
            f"{volume:g} cannot be drawn from a vessel that holds {before:g} {_unit(model)}",
            where=model.__name__,
            mend=f"leave at least {least:g} {_unit(model)}",
        )
    after = []
    for quantity, value in zip(model.signature.states, x, strict=True):
        concentrates = quantity.name in retain and is_concentration(quantity.unit)
        after.append(left if quantity.name == VOLUME else value * (before / left) if concentrates else value)
    return tuple(after)


def check_contents(signature: Signature, contents: Mapping[str, float]) -> None:
    """Raise `TwinError` for contents that name no state, or one at a value that it cannot have."""
    for name, value in contents.items():
        quantity = signature.states[name]
        if name == VOLUME:
            raise TwinError("the volume is not part of the contents")
        if not (quantity.low <= value <= quantity.high and math.isfinite(value)):
            raise TwinError(
                f"nothing can contain {value:g} {quantity.unit} of {name}",
                mend=f"give a value from {quantity.low:g} to {quantity.high:g}",
            )


def _blend(value: float, other: float, share: float) -> float:
    """(1 - share) value + share other, never outside the two."""
    return min(max(value + share * (other - value), min(value, other)), max(value, other))


def _carried_share(
    model: type[Model], x: Sequence[float], volume_added: float, contents: Mapping[str, float]
) -> float:
    """The material's share of what carries fractions: of the viable cells, or of the volume without them."""
    before, added = _volume(model, x), volume_added
    if CELLS in contents and CELLS in model.signature.states.names:
        cells = (before * x[model.signature.states.index(CELLS)], added * contents[CELLS])
        before, added = cells if sum(cells) > 0.0 else (before, added)
    return added / (before + added)


def _volume(model: type[Model], x: Sequence[float]) -> float:
    states = model.signature.states
    if VOLUME not in states.names:
        raise TwinError(
            "the model has no state named volume", where=model.__name__, mend="nothing can be added to it"
        )
    if len(x) != len(states):
        raise TwinError(f"expected {len(states)} states, got {len(x)}", where=model.__name__)
    return x[states.index(VOLUME)]


def _unit(model: type[Model]) -> str:
    return model.signature.states[VOLUME].unit


def _check_amount(model: type[Model], volume: float) -> None:
    if not 0.0 <= volume < math.inf:
        raise TwinError(
            f"{volume:g} {_unit(model)} is not a volume",
            where=model.__name__,
            mend="give a finite volume of 0 or more",
        )


def _check_names(model: type[Model], names: Sequence[str]) -> None:
    for name in names:
        model.signature.states.index(name)
        if name == VOLUME:
            raise TwinError("the volume is not part of the contents", where=model.__name__)


def _check_room(model: type[Model], total: float) -> None:
    high = model.signature.states[VOLUME].high
    if not 0.0 < total <= high:
        raise TwinError(
            f"the vessel would hold {total:g} {_unit(model)}; it can hold up to {high:g}",
            where=model.__name__,
            mend="add less, or draw some off first",
        )
