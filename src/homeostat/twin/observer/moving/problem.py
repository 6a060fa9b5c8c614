"""The window as a problem of optimal control: which states, parameters and disturbances explain what was read?

In: a filter's model, layout and settings. Out: a `Problem` over the vector that the filter estimates. What the rates
are wrong by, in standard deviations, stands for inputs; what is known of a node (inputs, parameters, readings with
their weights, hours) are the node's parameters. Source: Rao, Rawlings & Mayne 2003, IEEE Trans. Automat. Contr. 48.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.observer.filter import Filter, Vector
from homeostat.twin.observer.settings import Doubt
from homeostat.twin.optimal import Problem, Row, RungeKutta, Tableau

Array = NDArray[np.float64]
Limits = Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Posed:
    """The problem of one filter. `limits` bound what is estimated, by name, more tightly than the model does."""

    of: Filter
    limits: Limits
    tableau: Tableau
    substeps: int

    def __post_init__(self) -> None:
        for name, (low, high) in self.limits.items():
            if name not in self.of.names or not low < high:
                what = f"{name!r} cannot be held within {low:g} and {high:g}"
                raise TwinError(what, where="limits", mend=f"name one of {', '.join(self.of.names)}")

    @cached_property
    def doubts(self) -> tuple[Doubt, ...]:
        """What every estimated quantity's rate may be wrong by in an hour; its variance grows with time."""
        of, settings = self.of, self.of.settings
        states = [settings.wander.get(name, settings.elsewhere) for name in of.signature.states.names]
        learnt = [Doubt(learnt.walk, learnt.absolute) for learnt in settings.learnt]
        biased = [settings.signals[k] for k in of.layout.biased]
        return (*states, *learnt, *(Doubt(0.0, float(np.sqrt(2.0 / s.bias_hours)) * s.bias) for s in biased))

    @cached_property
    def disturbed(self) -> tuple[int, ...]:
        """Positions of what has a disturbance: the rest follows the model exactly."""
        return tuple(k for k, doubt in enumerate(self.doubts) if doubt.relative or doubt.absolute)

    @cached_property
    def parts(self) -> Mapping[str, slice]:
        """Where a node's parameters stand."""
        s, signals = self.of.signature, len(self.of.settings.signals)
        sizes = {
            "inputs": len(s.inputs),
            "parameters": len(s.parameters),
            "scatter": len(self.disturbed),
            "values": signals,
            "weights": signals,
            "hours": 1,
        }
        ends = np.cumsum(list(sizes.values())).tolist()
        return {name: slice(end - size, end) for (name, size), end in zip(sizes.items(), ends, strict=True)}

    @property
    def width(self) -> int:
        """The number of a node's parameters."""
        width: int = self.parts["hours"].stop
        return width

    def scatter(self, mean: Vector) -> Vector:
        """The standard deviations of the disturbances in an hour, where `mean` is believed."""
        return tuple(float(np.sqrt(self.doubts[k].variance(mean[k]))) for k in self.disturbed)

    def problem(self) -> Problem:
        """The problem; its arrival cost takes the mean and the inverse of the covariance by columns."""
        n, nw = self.of.layout.size, len(self.disturbed)
        z, w, v, p = (
            ca.SX.sym(name, size) for name, size in zip("zwvp", (n, nw, nw, self.width), strict=True)
        )
        mean, inverse = ca.SX.sym("mean", n), ca.SX.sym("inverse", n, n)
        seen, away = self._missed(z, p), z - mean
        believed = 0.5 * ca.bilin(inverse, away, away)
        gate = self.of.settings.gate
        return Problem(
            RungeKutta(self._rates(z, w, p), self._length(p), self.substeps, self.tableau),
            cost=ca.Function("cost", [z, w, v, p], [0.5 * ca.dot(w, w) + seen]),
            terminal=ca.Function("terminal", [z, p], [seen]),
            arrival=ca.Function("arrival", [z, ca.vertcat(mean, ca.vec(inverse))], [believed]),
            states=[Row(*self._bounds(k)) for k in range(n)],
            inputs=[Row(-gate, gate)] * nw,
            free=(True,) * n,
            state_scales=self._scales(),
            name="moving horizon",
        )

    def _length(self, p: ca.SX) -> ca.Function:
        return ca.Function("hours", [p], [p[self.parts["hours"]]])

    def _known(self, z: ca.SX, p: ca.SX) -> ca.SX:
        """The model's parameters, the learnt ones as estimated."""
        values = [p[k] for k in range(*self.parts["parameters"].indices(self.width))]
        for number, position in enumerate(self.of.layout.learnt, self.of.layout.states):
            values[position] = z[number]
        return ca.vertcat(*values)

    def _rates(self, z: ca.SX, w: ca.SX, p: ca.SX) -> ca.Function:
        """Of states by the model; parameters stay, biases forget themselves; disturbances come on top."""
        layout, settings = self.of.layout, self.of.settings
        slopes = self.of.model.function()(z[: layout.states], p[self.parts["inputs"]], self._known(z, p))[0]
        first = layout.states + len(layout.learnt)
        forget = [-z[first + k] / settings.signals[s].bias_hours for k, s in enumerate(layout.biased)]
        rates = ca.vertcat(slopes, *[ca.SX(0.0)] * len(layout.learnt), *forget)
        wrong = p[self.parts["scatter"]] * w
        for number, position in enumerate(self.disturbed):
            rates[position] += wrong[number]
        return ca.Function("rates", [z, w, p], [rates])

    def _missed(self, z: ca.SX, p: ca.SX) -> ca.SX:
        """Half the sum of squares of what the readings of a node differ by from what was expected."""
        layout, s = self.of.layout, self.of.signature
        outputs = self.of.model.function()(z[: layout.states], p[self.parts["inputs"]], self._known(z, p))[1]
        values, weights, total = p[self.parts["values"]], p[self.parts["weights"]], ca.SX(0.0)
        for k, signal in enumerate(self.of.settings.signals):
            state = signal.quantity in s.states.names
            group, source = (s.states, z) if state else (s.outputs, outputs)
            bias = layout.bias_of(k)
            expected = source[group.index(signal.quantity)] + (z[bias] if bias is not None else 0.0)
            total += 0.5 * weights[k] * (values[k] - expected) ** 2
        return total

    def _bounds(self, position: int) -> tuple[float, float]:
        """The declared bounds within the given limits; a bias has none of its own."""
        s = self.of.signature
        quantities = [*s.states, *(s.parameters[learnt.name] for learnt in self.of.settings.learnt)]
        low, high = -np.inf, np.inf
        if position < len(quantities):
            low, high = quantities[position].low, quantities[position].high
        least, most = self.limits.get(self.of.names[position], (low, high))
        return max(low, least), min(high, most)

    def _scales(self) -> list[float]:
        """Sizes of change that matter: of states and parameters a tenth of the declared value, or what is in doubt."""
        start = self.of.begin(self.of.signature.states.vector(), self.of.signature.inputs.vector())
        sds = [start.covariance[k] ** 0.5 for k in self.of.layout.diagonal]
        return [max(0.1 * abs(value), sd) or 1.0 for value, sd in zip(start.mean, sds, strict=True)]
