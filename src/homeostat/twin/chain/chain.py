"""A chain of steps, and its run over n virtual patients.

In: steps, a number of patients, a seed. Out: the material of every patient after every step.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.chain.attributes import ATTRIBUTES, Attribute
from homeostat.twin.chain.draws import Draws
from homeostat.twin.chain.material import Material
from homeostat.twin.chain.step import Step


@dataclass(frozen=True)
class Chain:
    """Steps in order, with unique names, and the attributes by which their material is judged."""

    name: str
    title: str
    steps: tuple[Step, ...]
    attributes: Mapping[str, Attribute] = field(default_factory=lambda: ATTRIBUTES)

    def __post_init__(self) -> None:
        names = [step.name for step in self.steps]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice or not names:
            raise TwinError(
                f"steps named twice: {', '.join(twice)}" if twice else "the chain has no step",
                where=self.name,
                mend="give every step a name of its own: its random numbers belong to the name",
            )

    def index(self, name: str) -> int:
        """Return the position of the step called `name`; `TwinError` when there is none."""
        names = [step.name for step in self.steps]
        if name not in names:
            raise TwinError(
                f"no step is called {name!r}", where=self.name, mend="it has: " + ", ".join(names)
            )
        return names.index(name)

    def table(self) -> list[dict[str, Any]]:
        """Return every parameter as plain data: step, name, value, unit, spread, shape and source."""
        return [
            {
                "step": step.name,
                "parameter": name,
                "value": p.value,
                "unit": p.unit,
                "spread": p.spread,
                "shape": str(p.shape),
                "source": p.source,
            }
            for step in self.steps
            for name, p in step.parameters.items()
        ]


def advance(step: Step, material: Material, draws: Draws) -> Material:
    """Return the material after `step`; `TwinError` when it made something impossible."""
    after = step.apply(material, step.sample(draws)).material
    after.check(step.name)
    return after


def passage(steps: tuple[Step, ...], material: Material, draws: Draws) -> tuple[Material, ...]:
    """Return the material after each of `steps`, the parameters of all drawn from `draws`."""
    materials = []
    for step in steps:
        material = advance(step, material, draws)
        materials.append(material)
    return tuple(materials)
