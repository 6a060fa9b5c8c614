"""An SBML file (Levels 2 and 3) as plain immutable tables.

In: a path. Out: `Network` of compartments, species, parameters, rules and reactions. What the engine cannot do
exactly (events, delays, algebraic rules, changing stoichiometry) is refused by name, with its place in the file.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from homeostat.errors import TwinError
from homeostat.twin.petab.expression import Expression, number
from homeostat.twin.petab.library import libsbml
from homeostat.twin.petab.mathml import Function, Functions, convert


@dataclass(frozen=True)
class Species:
    """A species; `initial` is an amount if `initial_is_amount`, and its symbol is an amount if `amount`."""

    id: str
    compartment: str
    initial: float
    initial_is_amount: bool
    amount: bool
    fixed: bool
    """Whether reactions leave it as it is (boundary condition or constant)."""
    unit: str
    factor: str
    """Name of the conversion factor of its reactions, or empty."""


@dataclass(frozen=True)
class Quantified:
    """A compartment or parameter: `value` is NaN where the file leaves it to others."""

    id: str
    value: float
    unit: str


@dataclass(frozen=True)
class Reaction:
    """A reaction: its `rate` in amount per time, and what it makes (+) and takes (-) of every species."""

    id: str
    rate: Expression
    stoichiometry: Mapping[str, float]


@dataclass(frozen=True)
class Network:
    """The content of one SBML model; rules and initial assignments are trees by the name they define."""

    path: str
    id: str
    compartments: tuple[Quantified, ...]
    species: tuple[Species, ...]
    parameters: tuple[Quantified, ...]
    reactions: tuple[Reaction, ...]
    assignments: Mapping[str, Expression]
    rate_rules: Mapping[str, Expression]
    initial_assignments: Mapping[str, Expression]


def read_sbml(path: Path) -> Network:
    """Read the model in `path`. Raises `TwinError` for a file that is no SBML or needs what is not supported."""
    if not path.is_file():
        raise TwinError("there is no such file", where=str(path), mend="check the name in the PEtab yaml")
    library = libsbml()
    document = library.readSBMLFromString(path.read_text(encoding="utf-8"))
    for k in range(document.getNumErrors()):
        error = document.getError(k)
        if error.getSeverity() >= library.LIBSBML_SEV_ERROR:
            message = " ".join(error.getMessage().split())
            raise TwinError(f"not valid SBML: {message}", where=f"{path}, line {error.getLine()}")
    model = document.getModel()
    if model is None:
        raise TwinError("the file holds no model", where=str(path))
    return _Reader(model, str(path)).network()


class _Reader:
    """Walks the libsbml model of one file."""

    def __init__(self, model: Any, path: str) -> None:
        self.model = model
        self.path = path
        self.functions: dict[str, Function] = {}

    def network(self) -> Network:
        self._refuse()
        self.functions = dict(self._read_functions())
        model = self.model
        return Network(
            self.path,
            model.getId() or Path(self.path).stem,
            tuple(_compartment(c) for c in model.getListOfCompartments()),
            tuple(self._species(s) for s in model.getListOfSpecies()),
            tuple(_parameter(p) for p in model.getListOfParameters()),
            tuple(self._reaction(r) for r in model.getListOfReactions()),
            {r.getVariable(): self._math(r, "rule") for r in model.getListOfRules() if r.isAssignment()},
            {r.getVariable(): self._math(r, "rule") for r in model.getListOfRules() if r.isRate()},
            {a.getSymbol(): self._math(a, "initial assignment") for a in model.getListOfInitialAssignments()},
        )

    def _refuse(self) -> None:
        for event in self.model.getListOfEvents():
            self._unsupported(
                "event", event.getId(), "make it a piecewise of time, or a condition of the table"
            )
        for rule in self.model.getListOfRules():
            if rule.isAlgebraic():
                self._unsupported(
                    "algebraic rule", rule.getId(), "solve it for one variable, as assignment rule"
                )
        for reaction in self.model.getListOfReactions():
            if reaction.isSetFast() and reaction.getFast():
                self._unsupported("fast reaction", reaction.getId(), "give it a kinetic law")
            for reference in (*reaction.getListOfReactants(), *reaction.getListOfProducts()):
                if reference.isSetStoichiometryMath() or (
                    reference.isSetId() and self._varies(reference.getId())
                ):
                    self._unsupported("changing stoichiometry", reaction.getId(), "use a number")

    def _varies(self, identifier: str) -> bool:
        return bool(self.model.getRule(identifier) or self.model.getInitialAssignment(identifier))

    def _unsupported(self, what: str, identifier: str, mend: str) -> None:
        raise TwinError(f"{what} {identifier or '(without id)'} is not supported", where=self.path, mend=mend)

    def _read_functions(self) -> Iterator[tuple[str, Function]]:
        """A function may call those defined before it, never itself (SBML L3V2 section 4.3)."""
        known: dict[str, Function] = {}
        for definition in self.model.getListOfFunctionDefinitions():
            arguments = tuple(
                definition.getArgument(k).getName() for k in range(definition.getNumArguments())
            )
            body = convert(definition.getBody(), known, f"{self.path}: function {definition.getId()}")
            known[definition.getId()] = Function(arguments, body)
        yield from known.items()

    def _math(self, element: Any, kind: str) -> Expression:
        label = element.getVariable() if kind == "rule" else element.getSymbol()
        return self._converted(element, f"{kind} of {label}", self.functions)

    def _converted(self, element: Any, place: str, functions: Functions) -> Expression:
        if not element.isSetMath():
            raise TwinError("the mathematics is missing", where=f"{self.path}: {place}")
        return convert(element.getMath(), functions, f"{self.path}: {place}")

    def _species(self, species: Any) -> Species:
        is_amount = bool(species.isSetInitialAmount())
        initial = species.getInitialAmount() if is_amount else species.getInitialConcentration()
        return Species(
            species.getId(),
            species.getCompartment(),
            float(initial) if is_amount or species.isSetInitialConcentration() else math.nan,
            is_amount,
            bool(species.getHasOnlySubstanceUnits()),
            bool(species.getBoundaryCondition() or species.getConstant()),
            species.getSubstanceUnits() or "1",
            species.getConversionFactor() or self.model.getConversionFactor() or "",
        )

    def _reaction(self, reaction: Any) -> Reaction:
        place = f"reaction {reaction.getId()}"
        law = reaction.getKineticLaw()
        if law is None:
            raise TwinError("there is no kinetic law", where=f"{self.path}: {place}", mend="give its rate")
        rate = self._converted(law, place, self.functions).replaced(_local(law))
        stoichiometry: dict[str, float] = {}
        for sign, references in ((-1.0, reaction.getListOfReactants()), (1.0, reaction.getListOfProducts())):
            for reference in references:
                amount = reference.getStoichiometry() if _is_set(reference) else 1.0
                held = stoichiometry.get(reference.getSpecies(), 0.0)
                stoichiometry[reference.getSpecies()] = held + sign * float(amount)
        return Reaction(reaction.getId(), rate, stoichiometry)


def _local(law: Any) -> dict[str, Expression]:
    """The kinetic law's own parameters hide those of the model."""
    own = (*law.getListOfParameters(), *law.getListOfLocalParameters())
    return {parameter.getId(): number(parameter.getValue()) for parameter in own}


def _is_set(reference: Any) -> bool:
    return not math.isnan(reference.getStoichiometry())


def _compartment(compartment: Any) -> Quantified:
    size = float(compartment.getSize()) if compartment.isSetSize() else 1.0
    return Quantified(compartment.getId(), size, compartment.getUnits() or "1")


def _parameter(parameter: Any) -> Quantified:
    value = float(parameter.getValue()) if parameter.isSetValue() else math.nan
    return Quantified(parameter.getId(), value, parameter.getUnits() or "1")
