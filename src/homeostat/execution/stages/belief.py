"""The twin follows: its state is advanced over the last interval with the inputs that were measured in it.

The plain form of the observer: the model runs beside the plant on measured inputs; doses and draws enter by mass
balance. `fusing` corrects it by what is measured. Where the integrator reports a fault, the belief stops and says so;
it never shows a value it does not have.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from homeostat.errors import TwinError
from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.steps import Act
from homeostat.execution.plan.types import Plan
from homeostat.execution.state import Belief
from homeostat.ledger.catalogue import SampleResult
from homeostat.process import convert
from homeostat.twin import Model, Simulator, Status
from homeostat.twin.mixing import VOLUME, mix, withdraw
from homeostat.twin.observer import Filter


class Observer:
    """A compiled model with the plan's parameters; it holds no state of a batch."""

    def __init__(self, model: type[Model], simulator: Simulator, twin: TwinPlan) -> None:
        self._model, self._simulator, self._twin = model, simulator, twin
        self._contents = {name: dict(contents) for name, contents in twin.contents}

    filter: Filter | None = None
    """What tells how sure the belief is and how it goes on; the plain observer has none."""

    @property
    def fingerprint(self) -> str:
        """The hash of model, integrator and kernel."""
        return self._simulator.fingerprint

    def begin(self) -> Belief:
        """What the twin believes before the first scan."""
        states, inputs = self._twin.initial, self._twin.defaults
        return self._believe(states, inputs)

    def follow(
        self, plan: Plan, belief: Belief, usable: Sequence[float], time: int, *, first: bool
    ) -> Belief:
        """The belief at `time` (µs), one interval later; `usable` holds the tag values (NaN: unusable)."""
        inputs = self._inputs(belief.inputs, usable)
        if not belief.sound:
            return belief
        states, status = belief.states, Status.OK
        if not first:
            states, status, _ = self._simulator.advance(
                belief.states, belief.inputs, self._twin.parameters, plan.hours
            )
        return self._believe(states, inputs) if status is Status.OK else self._lost(inputs)

    def act(self, belief: Belief, act: Act, value: float) -> Belief:
        """The belief after a dose or a draw of `value` mL; other acts change nothing at once."""
        if act.kind == "set" or not belief.sound or value <= 0.0:
            return belief
        try:
            volume = convert(value, act.unit, self._model.signature.states[VOLUME].unit)
            if act.kind == "dose":
                states = mix(self._model, belief.states, volume, self._contents[act.target])
            else:
                states = withdraw(self._model, belief.states, volume, act.retain)
        except TwinError:  # more was drawn than the twin believes to be there
            return self._lost(belief.inputs)
        return replace(belief, states=states)

    def result(self, belief: Belief, result: SampleResult) -> Belief:
        """The belief after a laboratory result: the same, for this twin follows the inputs alone."""
        return belief

    def _believe(self, states: tuple[float, ...], inputs: tuple[float, ...]) -> Belief:
        try:
            return Belief(states, self._simulator.outputs(states, inputs, self._twin.parameters), inputs)
        except TwinError:  # an output is not finite
            return self._lost(inputs)

    def _lost(self, inputs: tuple[float, ...]) -> Belief:
        nothing = (math.nan,) * len(self._twin.states)
        more = (math.nan,) * (len(self._twin.learnt) + len(self._twin.doubted))
        return Belief(nothing, (math.nan,) * len(self._twin.outputs), inputs, sound=False, more=more)

    def _inputs(self, before: tuple[float, ...], usable: Sequence[float]) -> tuple[float, ...]:
        """Each model input from its tag; the last usable value where the reading cannot be used."""
        pairs = zip(self._twin.inputs, before, strict=True)
        return tuple([source.read(usable, last) for source, last in pairs])
