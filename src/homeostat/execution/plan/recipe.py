"""The recipe: a tree flattened to nodes, each with its parent, predecessors and resolved phase."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.condition import resolve_condition
from homeostat.execution.plan.loops import set_through
from homeostat.execution.plan.steps import Act, Guard, Node, PhasePlan, SamplingPlan, micros
from homeostat.execution.plan.types import LoopPlan
from homeostat.process import (
    Condition,
    Operation,
    Phase,
    Process,
    Prompt,
    Sampling,
    Step,
    UnitProcedure,
    predecessors,
)
from homeostat.process.recipe import ChosenStep

_LEVELS: tuple[Literal["unit procedure", "operation", "phase"], ...] = (
    "unit procedure",
    "operation",
    "phase",
)


def resolve_recipe(
    process: Process,
    tags: tuple[str, ...],
    loops: tuple[LoopPlan, ...],
    twin: TwinPlan,
    *,
    lots: bool = False,
) -> tuple[Node, ...]:
    """Every step of the recipe, parents before children; `lots`: the lot of every addition has to be scanned."""
    flattener = _Flattener(process, tags, loops, twin, lots)
    flattener.add(process.recipe.procedure, parent=-1, prefix="", depth=0)
    return tuple(flattener.nodes)


class _Flattener:
    """Walks the tree once and gives each step its index."""

    def __init__(
        self,
        process: Process,
        tags: tuple[str, ...],
        loops: tuple[LoopPlan, ...],
        twin: TwinPlan,
        lots: bool,
    ) -> None:
        self.process, self.tags, self.loops, self.twin, self.lots = process, tags, loops, twin, lots
        self.nodes: list[Node] = []

    def add(self, steps: Sequence[Step], *, parent: int, prefix: str, depth: int) -> tuple[int, ...]:
        """Append siblings and all below them; return the siblings' indices."""
        after = predecessors(steps)
        indices: dict[str, int] = {}
        for step in steps:
            indices[step.name] = len(self.nodes)
            path = f"{prefix}{step.name}"
            self.nodes.append(self._node(step, path, parent, depth))
            inner = self.add(_below(step), parent=indices[step.name], prefix=f"{path}/", depth=depth + 1)
            self._relate(indices[step.name], children=inner)
        for name, index in indices.items():
            self._relate(index, after=tuple(indices[other] for other in after[name]))
        return tuple(indices.values())

    def _node(self, step: Step, path: str, parent: int, depth: int) -> Node:
        phase = self._phase(step) if isinstance(step, Phase) else None
        when = self._guard(step.when) if isinstance(step, ChosenStep) else None
        return Node(_LEVELS[depth], path, step.name, step.title, parent, (), (), phase, when)

    def _guard(self, condition: Condition | None) -> Guard | None:
        return Guard(resolve_condition(self.process, condition), str(condition)) if condition else None

    def _relate(self, index: int, **fields: tuple[int, ...]) -> None:
        self.nodes[index] = _with(self.nodes[index], fields)

    def _phase(self, phase: Phase) -> PhasePlan:
        loop_of = {loop.name: position for position, loop in enumerate(self.loops)}
        through = set_through(self.process, self.loops, phase.set)
        settings = [name for name in phase.set if name not in self.process.strategy and name not in through]
        return PhasePlan(
            acts=(
                *(self._set(name, phase) for name in settings),
                *(Act("draw", "", r.volume.to("mL"), "mL", r.retain) for r in phase.remove),
                *(Act("dose", a.material, a.volume.to("mL"), "mL") for a in phase.add),
            ),
            setpoints=tuple(
                (loop_of[name], value.to(self.loops[loop_of[name]].unit))
                for name, value in phase.set.items()
                if name in loop_of and name not in through
            ),
            modes=tuple((loop_of[name], mode) for name, mode in phase.modes.items() if name in loop_of),
            outputs=tuple(through.values()),
            prompts=(*phase.prompts, *(self._lots(phase) if self.lots else ())),
            samplings=tuple(_sampling(sampling) for sampling in phase.samples),
            until=resolve_condition(self.process, phase.until) if phase.until else (),
            again=self._guard(phase.repeat.again) if phase.repeat else None,
            most=phase.repeat.most if phase.repeat else 1,
        )

    def _lots(self, phase: Phase) -> list[Prompt]:
        """A scan for each material that is added and whose lot the declaration does not ask for."""
        asked = {prompt.material for prompt in phase.prompts}
        added = dict.fromkeys(addition.material for addition in phase.add)
        titles = {name: self.process.materials[name].title for name in added if name not in asked}
        return [Prompt(text=f"Scan the lot: {titles[name]}", kind="scan", material=name) for name in titles]

    def _set(self, name: str, phase: Phase) -> Act:
        unit = self.process.tags[name].unit
        return Act("set", name, phase.set[name].to(unit), unit)


def _sampling(sampling: Sampling) -> SamplingPlan:
    return SamplingPlan(
        assays=sampling.assays,
        every=micros(sampling.every) if sampling.every else 0,
        volume=sampling.volume.to("mL") if sampling.volume else 0.0,
    )


def _below(step: Step) -> Sequence[Step]:
    if isinstance(step, UnitProcedure):
        return step.operations
    return step.phases if isinstance(step, Operation) else ()


def _with(node: Node, fields: Mapping[str, tuple[int, ...]]) -> Node:
    after, children = fields.get("after", node.after), fields.get("children", node.children)
    return replace(node, after=after, children=children)
