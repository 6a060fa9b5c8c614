"""Doses, draws and shifts: the mean goes through the mass balance, the covariance through its Jacobian.

In: mean, covariance (upper triangle) and a jump. Out: both afterwards. Plain floats, one operation each: they are rare.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from homeostat.twin import engine
from homeostat.twin.mixing import CELLS, VOLUME, States, is_concentration, mix, withdraw
from homeostat.twin.model import Model
from homeostat.twin.observer.layout import Layout

Row = Mapping[int, float]


@dataclass(frozen=True, slots=True)
class Dose:
    """`volume` (in the model's unit) with `contents` is mixed in; how well both are known.

    `uncertain` gives the relative standard deviation of a content, `measured` that of the volume.
    """

    volume: float
    contents: tuple[tuple[str, float], ...]
    uncertain: tuple[tuple[str, float], ...] = ()
    measured: float = 0.0


@dataclass(frozen=True, slots=True)
class Draw:
    """`volume` is drawn off; the states of `retain` stay behind. `measured` as in `Dose`."""

    volume: float
    retain: tuple[str, ...] = ()
    measured: float = 0.0


@dataclass(frozen=True, slots=True)
class Shift:
    """States are multiplied by `scale`, then increased by `add`, both as told, without error; others stay."""

    scale: tuple[tuple[str, float], ...] = ()
    add: tuple[tuple[str, float], ...] = ()


Jump = Dose | Draw | Shift


def parts(jump: engine.Jump) -> tuple[Jump, ...]:
    """What the engine does at once, as the filter does it, one after the other; all of it known without error."""
    found: list[Jump] = []
    if jump.draw:
        found.append(Draw(jump.draw, jump.retain))
    if jump.bolus:
        found.append(Dose(jump.bolus, tuple(jump.contents.items())))
    scale = {**jump.scale, **dict.fromkeys(jump.assign, 0.0)}
    add = {name: jump.assign.get(name, 0.0) + jump.add.get(name, 0.0) for name in (*jump.assign, *jump.add)}
    if scale or add:
        found.append(Shift(tuple(scale.items()), tuple(add.items())))
    return tuple(found)


def carried(
    model: type[Model], layout: Layout, mean: Sequence[float], covariance: Sequence[float], jump: Jump
) -> tuple[Sequence[float], Sequence[float]]:
    """Return mean and covariance after `jump`. Raises TwinError where the vessel cannot take or give that much."""
    states = tuple(mean[: layout.states])
    if isinstance(jump, Dose):
        after = mix(model, states, jump.volume, dict(jump.contents))
        rows, gains = _dose(model, states, jump)
    elif isinstance(jump, Draw):
        after = withdraw(model, states, jump.volume, jump.retain)
        rows, gains = _draw(model, states, jump)
    else:
        after, rows, gains = *_shift(model, states, jump), []
    return (*after, *mean[layout.states :]), _through(layout, covariance, rows, gains)


def _dose(model: type[Model], x: Sequence[float], dose: Dose) -> tuple[list[Row], list[Row]]:
    """The Jacobian's rows, and the columns by which what is unknown of the dose (1 s.d. each) moves the states."""
    states, contents = model.signature.states, dict(dose.contents)
    at = states.names.index(VOLUME)
    total = x[at] + dose.volume
    share = dose.volume / total
    rows: list[Row] = []
    gains: dict[str, dict[int, float]] = {
        name: {} for name in (VOLUME, *contents)
    }  # by what of the dose is unknown
    for i, quantity in enumerate(states):
        if i == at:
            rows.append({i: 1.0})
            gains[VOLUME][i] = 1.0
        elif is_concentration(quantity.unit):
            away = contents.get(quantity.name, 0.0) - x[i]
            rows.append({i: 1.0 - share, at: -away * share / total})
            gains[VOLUME][i] = away * x[at] / (total * total)
            if quantity.name in contents:
                gains[quantity.name][i] = share
        elif quantity.name in contents:
            rows.append(_fraction(states.names, x, dose, i, gains))
        else:
            rows.append({i: 1.0})
    scales = {VOLUME: dose.measured * dose.volume}
    scales |= {name: relative * contents.get(name, 0.0) for name, relative in dose.uncertain}
    return rows, [{i: d * scales[name] for i, d in gains[name].items()} for name in scales if name in gains]


def _fraction(
    names: tuple[str, ...], x: Sequence[float], dose: Dose, i: int, gains: Mapping[str, dict[int, float]]
) -> Row:
    """The row of a fraction, the mean weighted by cells (or by volume without any); its derivatives go to `gains`."""
    contents, name, at = dict(dose.contents), names[i], names.index(VOLUME)
    cells = names.index(CELLS) if CELLS in contents and CELLS in names else None
    held, added = x[at], dose.volume
    if cells is not None and x[at] * x[cells] + dose.volume * contents[CELLS] > 0.0:
        held, added = x[at] * x[cells], dose.volume * contents[CELLS]
    else:
        cells = None
    away, whole = contents[name] - x[i], held + added
    by_held, by_added = -away * added / (whole * whole), away * held / (whole * whole)
    gains[name][i] = added / whole
    if cells is None:
        gains[VOLUME][i] = by_added
        return {i: held / whole, at: by_held}
    gains[VOLUME][i] = by_added * contents[CELLS]
    gains[CELLS][i] = by_added * dose.volume
    return {i: held / whole, at: by_held * x[cells], cells: by_held * x[at]}


def _draw(model: type[Model], x: Sequence[float], draw: Draw) -> tuple[list[Row], list[Row]]:
    names = model.signature.states.names
    at = names.index(VOLUME)
    left = x[at] - draw.volume
    rows: list[Row] = []
    gain: dict[int, float] = {at: -draw.measured * draw.volume}
    for i, quantity in enumerate(model.signature.states):
        if quantity.name in draw.retain and is_concentration(quantity.unit):
            rows.append({i: x[at] / left, at: -x[i] * draw.volume / (left * left)})
            gain[i] = x[i] * x[at] / (left * left) * draw.measured * draw.volume
        else:
            rows.append({i: 1.0})
    return rows, [gain]


def _shift(model: type[Model], x: Sequence[float], shift: Shift) -> tuple[States, list[Row]]:
    """The states afterwards, and the Jacobian's rows."""
    names, scale, add = model.signature.states.names, dict(shift.scale), dict(shift.add)
    factors = [scale.get(name, 1.0) for name in names]
    after = tuple(f * value + add.get(name, 0.0) for name, f, value in zip(names, factors, x, strict=True))
    return after, [{i: factor} for i, factor in enumerate(factors)]


def _through(
    layout: Layout, covariance: Sequence[float], rows: list[Row], gains: Sequence[Row]
) -> tuple[float, ...]:
    """Return J P J' + G G' (upper triangle); what is not a state stays as it is."""
    n, at = layout.size, layout.places
    square = [[covariance[at[i][j]] for j in range(n)] for i in range(n)]
    changed = {i: row for i, row in enumerate(rows) if row != {i: 1.0}}
    half = list(square)
    for i, row in changed.items():
        half[i] = [_sum(w * square[k][j] for k, w in row.items()) for j in range(n)]
    after = [
        _sum(half[i][k] * w for k, w in changed[j].items()) if j in changed else half[i][j]
        for i, j in layout.pairs
    ]
    added = [0.0] * len(after)
    for gain in gains:
        for i, one in gain.items():
            for j, other in gain.items():
                if i <= j:
                    added[at[i][j]] += one * other
    return tuple([entry + more for entry, more in zip(after, added, strict=True)])


def _sum(terms: Iterable[float]) -> float:
    """The sum from left to right; Python's own compensates from 3.12 on, and so would depend on the version."""
    total = 0.0
    for term in terms:
        total += term
    return total
