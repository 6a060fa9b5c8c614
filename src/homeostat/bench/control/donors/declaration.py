"""What was declared before any tuning: plant, mismatch, faults, seeds, limits, aims; and the contenders' files."""

from functools import cache
from importlib.resources import files
from typing import Any, Literal

import yaml
from pydantic import Field

from homeostat.process import Quantity
from homeostat.process.base import Name, Names, Part, Range
from homeostat.process.conditions import Condition
from homeostat.process.controllers import Controller
from homeostat.process.seeded import SeededFault
from homeostat.process.strategy import Loop


class Seeds(Part):
    """First and last seed of the donors that were tuned on, and of those that are scored."""

    tuning: tuple[int, int]
    scoring: tuple[int, int]


class Mismatch(Part):
    """Parameters `of` the plant that the twin does not believe: each by a factor uniform within 1 -+ `size`."""

    size: Quantity
    of: Names


class Limits(Part):
    """What every contender keeps to: perfusion, its change at a move (of a loop: in an hour), when to harvest."""

    perfusion: Range
    change: Quantity
    harvest: Range


class Aim(Part):
    """What is worth what: a deviation of the dose by `scale` of it, viability `below`, `medium`, each weigh 1."""

    dose: Quantity
    scale: Quantity
    viability: Quantity
    below: Quantity
    medium: Quantity
    failed: float


class Declared(Part):
    """The contest."""

    seeds: Seeds
    scan: Quantity
    mismatch: Mismatch
    faults: tuple[tuple[SeededFault, ...] | Literal["late"], ...]
    late: dict[Name, Quantity]
    limits: Limits
    specification: Names
    near: Quantity
    aim: Aim
    contenders: Names


class Contender(Part):
    """A way to expand: the phases `expansion`, what ends them (`until`), and loops and controllers where it has any."""

    title: str
    expansion: tuple[dict[str, Any], ...]
    until: Condition
    strategy: dict[Name, Loop] = Field(default_factory=dict)
    controllers: dict[Name, Controller] = Field(default_factory=dict)

    @property
    def observes(self) -> bool:
        """Whether the twin has to follow the batch."""
        return bool(self.controllers) or any(
            each.name in ("car_positive", "viable_cells") for each in self.until.comparisons()
        )


@cache
def declared() -> Declared:
    """The contest as declared."""
    return Declared.model_validate(_read("declared.yaml"))


def contender(name: str) -> Contender:
    """One of the contenders."""
    return Contender.model_validate(_read(f"contenders/{name}.yaml"))


def _read(path: str) -> Any:
    return yaml.safe_load((files(__package__) / path).read_text(encoding="utf-8"))
