"""A step of the chain: one unit operation, as a pure function of the material and of its parameters' draws.

In: the material of n patients and one value of each parameter a patient. Out: a `Change`: the material afterwards,
and what was added and removed, so that for cells, beads and dissolved substances before + added = after + removed.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import ClassVar

from homeostat.errors import TwinError
from homeostat.twin.chain.draws import Draws
from homeostat.twin.chain.material import Amounts, Material
from homeostat.twin.chain.uncertain import Array, Uncertain


@dataclass(frozen=True)
class Change:
    """What a step did: the material after it, what came from outside and what went to waste or into reserve."""

    material: Material
    added: Amounts
    removed: Amounts


@dataclass(frozen=True)
class Step(ABC):
    """Base of every step; `name` is unique in its chain. Fields that are `Uncertain` are its parameters."""

    title: ClassVar[str]
    """The unit operation, in words."""
    law: ClassVar[str]
    """How its results follow from its parameters, in words or as equations."""
    name: str

    @property
    def parameters(self) -> Mapping[str, Uncertain]:
        """Every parameter by name, in the order of declaration; `TwinError` where a bare number stands for one."""
        declared = {
            field.name: getattr(self, field.name) for field in fields(self) if field.type is Uncertain
        }
        bare = [name for name, value in declared.items() if not isinstance(value, Uncertain)]
        if bare:
            raise TwinError(
                f"{', '.join(bare)} is no parameter", where=self.name, mend="use fixed, fraction or lognormal"
            )
        return declared

    def sample(self, draws: Draws) -> Mapping[str, Array]:
        """Return one value of each parameter a patient: name -> (n,)."""
        return {name: p.at(draws.uniform(self.name, name)) for name, p in self.parameters.items()}

    @abstractmethod
    def apply(self, material: Material, draws: Mapping[str, Array]) -> Change:
        """Return what the step makes of `material` with the parameters `draws`."""


def require_fractions(step: Step, *names: str) -> None:
    """Raise `TwinError` unless the parameters `names` are bounded to [0, 1]: a yield above 1 would make cells."""
    for name in names:
        parameter = step.parameters[name]
        if parameter.low < 0.0 or parameter.high > 1.0:
            raise TwinError(
                f"{name} may leave [0, 1]", where=step.name, mend="declare it by `fraction`, or with high=1"
            )
