"""Real-time release: which model may stand for an assay, and for which results the end of a batch does not wait.

In: a process, and what a model package says of itself. Out: what speaks against it, in words, and places of samples.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from homeostat.errors import UnitError
from homeostat.process.declaration import Process
from homeostat.process.issues import quoted
from homeostat.process.soft import ModelInput, unit_in
from homeostat.process.units import compatible


class Foreteller(NamedTuple):
    """What a model package says of itself: the column it predicts, in which unit, and what it is meant for.

    `predicts` is False for what watches, or tells classes: no number to be held against a specification.
    """

    name: str
    target: str
    unit: str
    critical: bool
    predicts: bool


def foreteller(package: Mapping[str, object]) -> Foreteller:
    """What the document of a package says of itself; one that learns on is meant for no critical use."""
    use = package.get("use")
    critical = isinstance(use, Mapping) and use.get("critical") is True and use.get("adaptive") is not True
    number = package.get("format") == "homeostat model 1" and package.get("classes") is None
    name, target, unit = (str(package.get(key, "")) for key in ("name", "target", "unit"))
    return Foreteller(name, target, unit, critical, number)


class Against(NamedTuple):
    """Why a model may not stand for an assay, and how that is mended."""

    what: str
    mend: str


def unfit(process: Process, attribute: str, model: Foreteller) -> Iterator[Against]:
    """What speaks against a model that is to stand for the assay of a declared `attribute`; nothing if it fits."""
    declared = process.attributes[attribute]
    if not model.predicts:
        yield Against(f"the model '{model.name}' tells no value", "name a model that predicts a number")
        return
    wanted = dict.fromkeys((attribute, declared.quantity or attribute))
    told = quantity_of(model.target)
    if told not in wanted:
        names = " or ".join(quoted(name) for name in wanted)
        yield Against(
            f"the model '{model.name}' predicts {quoted(told)}, not {names}",
            f"name a model whose target is {names}",
        )
    if not model.unit and declared.unit != "1":
        yield Against(
            f"the model '{model.name}' says no unit, the attribute is in {declared.unit}",
            "freeze it with the unit of its target",
        )
    elif model.unit and not comparable(model.unit, declared.unit):
        yield Against(
            f"the model '{model.name}' predicts in {model.unit}, the attribute is in {declared.unit}",
            "name a model of the same kind of quantity",
        )
    if not model.critical:
        yield Against(
            f"the model '{model.name}' is not meant for a critical use",
            "freeze a model whose intended use is critical",
        )


def quantity_of(target: str) -> str:
    """The quantity that a column is of: "viability" for "viability @ 24 h [%]"."""
    name = unit_in(target)[0]
    try:
        return ModelInput.parse(name).name
    except ValueError:
        return name


def comparable(unit: str, other: str) -> bool:
    """Whether a value in one unit can be given in the other; False for what is no unit."""
    try:
        return compatible(unit, other)
    except UnitError:
        return False


def measured_at(process: Process) -> dict[tuple[str, str], tuple[str, ...]]:
    """The attributes that are judged by a sample, by its phase and assay."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, attribute in process.attributes.items():
        place = attribute.measured, attribute.assay
        found[place] = (*found.get(place, ()), name)
    return found
