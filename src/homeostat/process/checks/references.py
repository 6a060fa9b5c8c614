"""Everything that is named must be declared."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path
from homeostat.process.recipe import Phase


def references(subject: Subject) -> Iterator[Fault]:
    """A fault for every name that nothing declares."""
    yield from _of_attributes(subject)
    yield from _of_strategy(subject)
    yield from _of_recipe(subject)
    yield from _of_twin(subject)
    yield from _of_recordings(subject)


def _tag(subject: Subject, path: Path, name: str) -> Iterator[Fault]:
    return subject.unknown(path, "tag", name, subject.process.tags, "units")


def _assay(subject: Subject, path: Path, name: str) -> Iterator[Fault]:
    return subject.unknown(path, "assay", name, subject.process.assays, "assays")


def _of_attributes(subject: Subject) -> Iterator[Fault]:
    for name, parameter in subject.process.parameters.items():
        yield from _tag(subject, ("parameters", name, "tag"), parameter.tag)
    phases = [phase.name for _, phase in subject.phases()]
    for name, attribute in subject.process.attributes.items():
        path = ("attributes", name)
        yield from _assay(subject, (*path, "assay"), attribute.assay)
        yield from subject.unknown((*path, "measured"), "phase", attribute.measured, phases, "recipe")


def _of_strategy(subject: Subject) -> Iterator[Fault]:
    for name, loop in subject.process.strategy.items():
        yield from _tag(subject, ("strategy", name, "tag"), loop.tag)
        if loop.actuator:
            yield from _tag(subject, ("strategy", name, "actuator"), loop.actuator)
        for moved in loop.split:
            yield from _tag(subject, ("strategy", name, "split", moved), moved)
        for known in loop.forward:
            yield from _tag(subject, ("strategy", name, "forward", known), known)
        if loop.inner:
            where = ("strategy", name, "inner")
            yield from subject.unknown(where, "loop", loop.inner, subject.process.strategy, "strategy")


def _of_recipe(subject: Subject) -> Iterator[Fault]:
    for i, procedure in enumerate(subject.process.recipe.procedure):
        yield from subject.unknown(
            ("recipe", "procedure", i, "unit"), "unit", procedure.unit, subject.process.units, "units"
        )
    for path, phase in subject.phases():
        yield from _of_phase(subject, path, phase)


def _of_phase(subject: Subject, path: Path, phase: Phase) -> Iterator[Fault]:
    process = subject.process
    settable = [*process.strategy, *subject.of_kind("actuator")]
    for name in phase.set:
        if name not in process.tags:  # a sensor is known; that it cannot be set is another fault
            yield from subject.unknown(
                (*path, "set", name), "loop or actuator", name, settable, "strategy", "units"
            )
    for name in phase.modes:
        yield from subject.unknown((*path, "modes", name), "loop", name, process.strategy, "strategy")
    for i, addition in enumerate(phase.add):
        where = (*path, "add", i, "material")
        yield from subject.unknown(where, "material", addition.material, process.materials, "materials")
    for i, sampling in enumerate(phase.samples):
        for name in sampling.assays:
            yield from _assay(subject, (*path, "samples", i, "assays"), name)


def _of_twin(subject: Subject) -> Iterator[Fault]:
    twin, simulation = subject.process.twin, subject.process.simulation
    for name, tag in twin.inputs.items():
        yield from _tag(subject, ("twin", "inputs", name), tag)
    for tag in twin.tags:
        yield from _tag(subject, ("twin", "tags", tag), tag)
    for tag in simulation.sensors:
        yield from _tag(subject, ("simulation", "sensors", tag), tag)
    for tag, signal in simulation.signals.items():
        yield from _tag(subject, ("simulation", "signals", tag), tag)
        if signal.follows is not None:
            yield from _tag(subject, ("simulation", "signals", tag, "follows"), signal.follows)


def _of_recordings(subject: Subject) -> Iterator[Fault]:
    for name, recording in subject.process.recordings.items():
        path: Path = ("recordings", name)
        for tag in recording.tags:
            yield from _tag(subject, (*path, "tags", tag), tag)
        for i, beside in enumerate(recording.beside):
            for tag in beside.tags:
                yield from _tag(subject, (*path, "beside", i, "tags", tag), tag)
        for i, offline in enumerate(recording.offline):
            yield from _assay(subject, (*path, "offline", i, "assay"), offline.assay)
