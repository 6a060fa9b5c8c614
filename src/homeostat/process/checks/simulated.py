"""In simulation every sensor needs a source, and only one, and every input of the model something that moves it."""

from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, quoted
from homeostat.process.twin import Simulation


def simulated(subject: Subject) -> Iterator[Fault]:
    """A fault for every tag that a simulated batch could not provide, or would provide twice."""
    yield from _twice(subject)
    declared = subject.process.simulation != Simulation()
    if declared and not subject.sections.intersection(("units", "twin", "simulation")):
        yield from _sensors(subject)
        yield from _inputs(subject)


def _twice(subject: Subject) -> Iterator[Fault]:
    for name in subject.process.simulation.signals:
        if name in subject.process.twin.tags:
            what = f"{quoted(name)} comes from the twin and from a signal"
            yield Fault(
                ("simulation", "signals", name), what, "keep it in twin.tags or in simulation.signals"
            )


def _sensors(subject: Subject) -> Iterator[Fault]:
    sources = {*subject.process.twin.tags, *subject.process.simulation.signals}
    for path, name, tag in subject.tags():
        if tag.kind == "sensor" and name not in sources:
            what = f"nothing tells what the sensor {quoted(name)} reads in simulation"
            yield Fault(path, what, "tie it to the model in twin.tags, or add it to simulation.signals")


def _inputs(subject: Subject) -> Iterator[Fault]:
    tags, signals = subject.process.tags, subject.process.simulation.signals
    for name, tag_name in subject.process.twin.inputs.items():
        if tag_name in tags and tags[tag_name].kind == "sensor" and tag_name not in signals:
            what = f"the model's input is tied to {quoted(tag_name)}, which nothing moves in simulation"
            yield Fault(
                ("twin", "inputs", name), what, "tie it to an actuator, or add it to simulation.signals"
            )
