"""What a process says about the twin's model: names of states, inputs, parameters and outputs, and their units.

The models live in the twin's room, which stands above this one: callers hand in what the model declares.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from homeostat.process.checks.alarms import comparisons
from homeostat.process.checks.controllers import controlled_model
from homeostat.process.checks.dimensions import fits, misfit
from homeostat.process.checks.quantities import Expected
from homeostat.process.checks.soft import soft_beliefs
from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import TIMES, Comparison
from homeostat.process.crosschecks import TWIN
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.units import Quantity, compatible

VOLUME = "volume"
"""The state that additions and removals change."""


@dataclass(frozen=True)
class ModelSignature:
    """What a model declares: for each of its quantities the name and the unit."""

    name: str
    states: Mapping[str, str]
    inputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def seen(self) -> Mapping[str, str]:
        """What can be measured: states and outputs."""
        return {**self.states, **self.outputs}


def model(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    """A fault for every name the model does not declare and every quantity in a unit that does not fit it."""
    yield from _of_twin(subject, signature)
    yield from _of_observer(subject, signature)
    yield from _of_ties(subject, signature)
    yield from _of_materials(subject, signature)
    yield from _of_laboratory(subject, signature)
    yield from _of_conditions(subject, signature)
    yield from _of_comparisons(subject, signature)
    yield from soft_beliefs(subject, signature.seen)
    yield from controlled_model(subject, signature.states, signature.seen)


def _unknown(path: Path, kind: str, name: str, known: Mapping[str, str]) -> Iterator[Fault]:
    if name not in known:
        yield Fault(path, f"the model has no {kind} {quoted(name)}", suggestion(name, known))


def _value(path: Path, kind: str, name: str, value: Quantity, known: Mapping[str, str]) -> Iterator[Fault]:
    yield from _unknown(path, kind, name, known)
    if name in known:
        expected = Expected(path, value, known[name], f"the model's {kind} '{name}'")
        if not fits(expected):
            yield misfit(expected)


def _unit(path: Path, kind: str, name: str, unit: str, known: Mapping[str, str]) -> Iterator[Fault]:
    yield from _unknown(path, kind, name, known)
    if name in known and not compatible(unit, known[name]):
        what = f"the model's {kind} '{name}' is in {known[name]}, which does not fit {unit}"
        yield Fault(path, what, f"use a unit such as {known[name]}, or name another {kind}")


def _of_twin(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    twin = subject.process.twin
    for name, value in twin.initial.items():
        yield from _value(("twin", "initial", name), "state", name, value, signature.states)
    for name, value in twin.parameters.items():
        yield from _value(("twin", "parameters", name), "parameter", name, value, signature.parameters)
    varied = {**signature.parameters, **signature.states}
    for name in twin.donor:
        yield from _unknown(("twin", "donor", name), "parameter or state", name, varied)
    for name in subject.process.simulation.mismatch:
        yield from _unknown(("simulation", "mismatch", name), "parameter", name, signature.parameters)


def _of_observer(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    observer = subject.process.twin.observer
    if observer is None:
        return
    for field_name, kind, known in (
        ("learn", "parameter", signature.parameters),
        ("initial", "state", signature.states),
        ("contents", "state", signature.states),
        ("wander", "state or parameter", {**signature.states, **signature.parameters}),
    ):
        for name in getattr(observer, field_name):
            yield from _unknown(("twin", "observer", field_name, name), kind, name, known)
    for name, rate in observer.disturbances.items():
        path: Path = ("twin", "observer", "disturbances", name)
        yield from _unknown(path, "state", name, signature.states)
        if name in signature.states:
            expected = Expected(path, rate, signature.states[name], f"the rate of '{name}'", "positive", "h")
            if not fits(expected):
                yield misfit(expected)


def _of_ties(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    tags = subject.process.tags
    for name, tag_name in subject.process.twin.inputs.items():
        unit = tags[tag_name].unit if tag_name in tags else signature.inputs.get(name, "1")
        yield from _unit(("twin", "inputs", name), "input", name, unit, signature.inputs)
    for tag_name, name in subject.process.twin.tags.items():
        unit = tags[tag_name].unit if tag_name in tags else signature.seen.get(name, "1")
        yield from _unit(("twin", "tags", tag_name), "state or output", name, unit, signature.seen)


def _of_materials(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    for material_name, material in subject.process.materials.items():
        for name, value in material.contents.items():
            where = ("materials", material_name, "contents", name)
            yield from _value(where, "state", name, value, signature.states)
            if name == VOLUME:
                yield Fault(where, "the volume is not part of what a material contains", "remove it")
    for path, phase in subject.phases():
        for i, removal in enumerate(phase.remove):
            for name in removal.retain:
                yield from _unknown((*path, "remove", i, "retain"), "state", name, signature.states)
        if VOLUME not in signature.states:
            for field_name in ("add", "remove"):
                if getattr(phase, field_name):
                    what = f"the model has no state '{VOLUME}', so nothing can be added or removed"
                    yield Fault((*path, field_name), what, "choose a model that knows the volume")


def _of_laboratory(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    for assay_name, assay in subject.process.assays.items():
        for name, unit in assay.reports.items():
            yield from _unit(
                ("assays", assay_name, "reports", name), "state or output", name, unit, signature.seen
            )
    for recording_name, recording in subject.process.recordings.items():
        sheet = recording.run_sheet.initial if recording.run_sheet else {}
        for name, column in sheet.items():
            path = ("recordings", recording_name, "run_sheet", "initial", name)
            yield from _unit(path, "state", name, column.unit, signature.states)


def _of_conditions(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    for path, phase in subject.phases():
        for where, condition in phase.conditions():
            for comparison in condition.comparisons():
                yield from _of_condition(subject, signature, (*path, *where), comparison)
    for path, operation in subject.operations():
        for comparison in operation.when.comparisons() if operation.when else ():
            yield from _of_condition(subject, signature, (*path, "when"), comparison)
    for name, rule in subject.process.monitoring.alarms.items():
        for comparison in comparisons(rule):
            path = ("monitoring", "alarms", name, "suppressed_while")
            yield from _of_condition(subject, signature, path, comparison)


def _of_condition(
    subject: Subject, signature: ModelSignature, path: Path, comparison: Comparison
) -> Iterator[Fault]:
    name, tags = comparison.name, subject.process.tags
    if name in (*TIMES, *tags, *subject.names) or (name not in signature.seen and "units" in subject.opaque):
        return
    if name not in signature.seen:
        what = f"there is no tag and no quantity of the model called {quoted(name)}"
        yield Fault(path, what, suggestion(name, [*TIMES, *tags, *signature.seen]))
    else:
        yield from _value(path, "quantity", name, comparison.quantity, signature.seen)


def _of_comparisons(subject: Subject, signature: ModelSignature) -> Iterator[Fault]:
    tags = subject.process.tags
    for name, pair in subject.process.monitoring.compare.items():
        quantity = pair.against.removeprefix(TWIN)
        if pair.against.startswith(TWIN):
            unit = tags[pair.tag].unit if pair.tag in tags else signature.seen.get(quantity, "1")
            path = ("monitoring", "compare", name, "against")
            yield from _unit(path, "state or output", quantity, unit, signature.seen)
