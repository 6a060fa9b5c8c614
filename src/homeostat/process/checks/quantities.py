"""Every quantity of a process with the unit it must fit and the least value it may have.

The one enumeration behind the checks of dimensions and of signs; the loops' part of it is in `loop_quantities.py`, what
belongs to the twin's model in `model.py`.
"""

from collections.abc import Iterator

from homeostat.process.checks.expected import Expected, Least, given, time
from homeostat.process.checks.loop_quantities import of_loop
from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import TIMES, Condition
from homeostat.process.equipment import Tag
from homeostat.process.issues import Path
from homeostat.process.monitoring import Outlook
from homeostat.process.observer import Observer
from homeostat.process.recipe import Phase, Prompt
from homeostat.process.seeded import SeededFault
from homeostat.process.units import Quantity, compatible

__all__ = ["Expected", "Least", "quantities", "settable"]


def quantities(subject: Subject) -> Iterator[Expected]:
    """Every quantity whose unit follows from the process itself."""
    yield time(("scan",), subject.process.scan, "positive")
    yield from _of_equipment(subject)
    yield from _of_parameters(subject)
    yield from _of_laboratory(subject)
    for name, loop in subject.process.strategy.items():
        yield from of_loop(subject, name, loop)
    for path, phase in subject.phases():
        yield from _of_phase(subject, path, phase)
    yield from _of_conditions(subject)
    yield from _of_twin(subject)
    yield from _of_simulation(subject)
    yield from _of_outlook(subject.process.monitoring.outlook)
    yield from _of_soft_sensors(subject)
    yield from _of_crosschecks(subject)
    yield from _of_release(subject)
    for name, recording in subject.process.recordings.items():
        yield time(("recordings", name, "stale"), recording.stale, "positive")
        yield time(("recordings", name, "longest_gap"), recording.longest_gap, "positive")


def _of_release(subject: Subject) -> Iterator[Expected]:
    release = subject.process.release
    yield _share(("release", "confidence"), release.confidence)
    for name, test in release.pending.items():
        yield time(("release", "pending", name, "due"), test.due, "positive")


def _share(path: Path, quantity: Quantity) -> Expected:
    return Expected(path, quantity, "%", "a share", "zero")


def _volume(path: Path, quantity: Quantity) -> Expected:
    return Expected(path, quantity, "mL", "a volume", "positive")


def _of_equipment(subject: Subject) -> Iterator[Expected]:
    for path, name, tag in subject.tags():
        of = f"the tag '{name}'"
        for i, end in enumerate(tag.range):
            yield Expected((*path, "range", i), end, tag.unit, of)
        for where, quantity in given(((*path, "resolution"), tag.resolution), ((*path, "noise"), tag.noise)):
            yield Expected(where, quantity, tag.unit, of, "positive")
        for where, quantity in given(((*path, "rate"), tag.rate)):
            yield Expected(where, quantity, tag.unit, f"{of} for each time", "positive", per="h")
        for where, quantity in given(((*path, "every"), tag.every)):
            yield time(where, quantity, "positive")
        for where, quantity in given(((*path, "initial"), tag.initial)):
            yield Expected(where, quantity, tag.unit, of)


def _of_parameters(subject: Subject) -> Iterator[Expected]:
    for name, parameter in subject.process.parameters.items():
        path: Path = ("parameters", name)
        yield time((*path, "delay"), parameter.delay)
        tag = subject.process.tags.get(parameter.tag)
        if tag is None:
            continue
        of = f"the tag '{parameter.tag}'"
        for where, quantity in given(((*path, "setpoint"), parameter.setpoint)):
            yield Expected(where, quantity, tag.unit, of)
        for where, quantity in given(((*path, "deadband"), parameter.deadband)):
            yield Expected(where, quantity, tag.unit, of, "zero")
        for field in ("normal", "proven", "hard"):
            for i, end in enumerate(getattr(parameter, field) or ()):
                yield Expected((*path, field, i), end, tag.unit, of)


def _of_laboratory(subject: Subject) -> Iterator[Expected]:
    for name, attribute in subject.process.attributes.items():
        path = ("attributes", name, "specification")
        ends = attribute.specification
        for where, quantity in given(((*path, "low"), ends.low), ((*path, "high"), ends.high)):
            yield Expected(where, quantity, attribute.unit, f"the attribute '{name}'")
    for name, assay in subject.process.assays.items():
        yield time(("assays", name, "turnaround"), assay.turnaround)
        yield _share(("assays", name, "variation"), assay.variation)


def settable(subject: Subject, name: str) -> tuple[str, Tag] | None:
    """The tag that `set: {name: ...}` speaks about: the one a loop follows, or the actuator itself."""
    loop = subject.process.strategy.get(name)
    tag_name = loop.tag if loop else name
    tag = subject.process.tags.get(tag_name)
    return None if tag is None else (tag_name, tag)


def _of_phase(subject: Subject, path: Path, phase: Phase) -> Iterator[Expected]:
    for name, quantity in phase.set.items():
        if target := settable(subject, name):
            yield Expected((*path, "set", name), quantity, target[1].unit, f"the tag '{target[0]}'")
    for i, addition in enumerate(phase.add):
        yield _volume((*path, "add", i, "volume"), addition.volume)
    for i, removal in enumerate(phase.remove):
        yield _volume((*path, "remove", i, "volume"), removal.volume)
    for i, sampling in enumerate(phase.samples):
        for where, quantity in given(((*path, "samples", i, "every"), sampling.every)):
            yield time(where, quantity, "positive")
        for where, quantity in given(((*path, "samples", i, "volume"), sampling.volume)):
            yield _volume(where, quantity)
    for i, prompt in enumerate(phase.prompts):
        for k, end in enumerate(prompt.range or ()):
            yield Expected((*path, "prompts", i, "range", k), end, prompt.unit, "this prompt")
        yield from _of_prompt((*path, "prompts", i), prompt)


def _of_prompt(path: Path, prompt: Prompt) -> Iterator[Expected]:
    for where, quantity in given(((*path, "target"), prompt.target)):
        yield Expected(where, quantity, prompt.unit, "this prompt")
    for where, quantity in given(((*path, "tolerance"), prompt.tolerance)):
        yield Expected(where, quantity, prompt.unit, "this prompt", "zero")
    times = ((*path, "not_before"), prompt.not_before), ((*path, "not_after"), prompt.not_after)
    for where, quantity in given(*times, ((*path, "late"), prompt.late)):
        yield time(where, quantity)


def _of_conditions(subject: Subject) -> Iterator[Expected]:
    for path, phase in subject.phases():
        for where, condition in phase.conditions():
            yield from _of_condition(subject, (*path, *where), condition)
    for path, operation in subject.operations():
        if operation.when is not None:
            yield from _of_condition(subject, (*path, "when"), operation.when)


def _of_condition(subject: Subject, path: Path, condition: Condition) -> Iterator[Expected]:
    for comparison in condition.comparisons():
        tag = subject.process.tags.get(comparison.name)
        if comparison.name in TIMES:
            yield time(path, comparison.quantity)
        elif tag is not None:
            yield Expected(path, comparison.quantity, tag.unit, f"the tag '{comparison.name}'")


def _of_twin(subject: Subject) -> Iterator[Expected]:
    """Starting values and contents, whose units only the model knows: here their sign."""
    process = subject.process
    for name, spread in process.twin.donor.items():
        yield _share(("twin", "donor", name), spread)
    if process.twin.observer is not None:
        yield from _of_observer(subject, process.twin.observer)
    for name, start in process.twin.initial.items():
        least: Least = "positive" if compatible(start.unit, "mL") else "zero"
        yield Expected(
            ("twin", "initial", name), start, start.unit, name, "any" if "deg" in start.unit else least
        )
    for material_name, material in process.materials.items():
        for name, amount in material.contents.items():
            path = ("materials", material_name, "contents", name)
            yield Expected(path, amount, amount.unit, name, "zero")


def _of_observer(subject: Subject, observer: Observer) -> Iterator[Expected]:
    place: Path = ("twin", "observer")
    for field in ("every", "drop", "again"):
        yield time((*place, field), getattr(observer, field), "positive")
    for field in ("learn", "initial", "contents", "wander"):
        for name, share in getattr(observer, field).items():
            yield _share((*place, field, name), share)
    for field in ("volumes", "model_error"):
        yield _share((*place, field), getattr(observer, field))
    for name, fused in observer.tags.items():
        path: Path = (*place, "tags", name)
        yield _share((*path, "relative"), fused.relative)
        yield time((*path, "memory"), fused.memory, "positive")
        tag = subject.process.tags.get(name)
        if tag is not None:
            of = f"the tag '{name}'"
            yield Expected((*path, "noise"), fused.noise, tag.unit, of, "positive")
            if fused.bias is not None:
                yield Expected((*path, "bias"), fused.bias, tag.unit, of, "zero")


def _of_simulation(subject: Subject) -> Iterator[Expected]:
    tags, simulation = subject.process.tags, subject.process.simulation
    for name, spread in simulation.mismatch.items():
        yield _share(("simulation", "mismatch", name), spread)
    for name, faults in simulation.sensors.items():
        path: Path = ("simulation", "sensors", name)
        yield _share((*path, "dropout"), faults.dropout)
        for where, quantity in given(((*path, "lag"), faults.lag)):
            yield time(where, quantity)
        for where, quantity in given(((*path, "noise"), faults.noise)) if name in tags else ():
            yield Expected(where, quantity, tags[name].unit, f"the tag '{name}'", "zero")
        for where, quantity in given(((*path, "drift"), faults.drift)) if name in tags else ():
            yield Expected(where, quantity, tags[name].unit, f"the tag '{name}' for each time", per="h")
    for number, fault in enumerate(simulation.faults):
        yield from _of_seeded(("simulation", "faults", number), fault, tags.get(fault.of))
    for name, signal in simulation.signals.items():
        yield time(("simulation", "signals", name, "lag"), signal.lag)
        if name in tags:
            yield Expected(
                ("simulation", "signals", name, "start"), signal.start, tags[name].unit, f"'{name}'"
            )


def _of_seeded(path: Path, fault: SeededFault, tag: Tag | None) -> Iterator[Expected]:
    yield time((*path, "at"), fault.at)
    for where, quantity in given(((*path, "lasts"), fault.lasts)):
        yield time(where, quantity, "positive")
    for where, quantity in given(((*path, "size"), fault.size)):
        if fault.kind in {"delivery", "parameter"}:
            yield Expected(where, quantity, "1", "a factor", "zero")
        elif tag is not None:
            of = f"the tag '{fault.of}'"
            yield Expected(where, quantity, tag.unit, of, per="h" if fault.kind == "drift" else "")


def _of_outlook(outlook: Outlook) -> Iterator[Expected]:
    place: Path = ("monitoring", "outlook")
    for field in ("every", "step"):
        yield time((*place, field), getattr(outlook, field), "positive")
    for field in ("alert", "action", "margin"):
        yield _share((*place, field), getattr(outlook, field))


def _of_crosschecks(subject: Subject) -> Iterator[Expected]:
    tags, monitoring = subject.process.tags, subject.process.monitoring
    for name, pair in monitoring.compare.items():
        path: Path = ("monitoring", "compare", name)
        yield time((*path, "every"), pair.every, "positive")
        if pair.tag in tags:
            unit, of = tags[pair.tag].unit, f"the tag '{pair.tag}'"
            yield Expected((*path, "scale"), pair.scale, unit, of, "positive")
            for where, quantity in given(((*path, "centre"), pair.centre)):
                yield Expected(where, quantity, unit, of)
    for name, balance in monitoring.balances.items():
        path = ("monitoring", "balances", name)
        yield time((*path, "every"), balance.every, "positive")
        first = next(iter(balance.terms))
        if first in tags:
            unit, of = tags[first].unit, f"the tag '{first}'"
            yield Expected((*path, "tolerance"), balance.tolerance, unit, of, "positive")
            for where, quantity in given(((*path, "equals"), balance.equals)):
                yield Expected(where, quantity, unit, of)


def _of_soft_sensors(subject: Subject) -> Iterator[Expected]:
    for name, sensor in subject.process.monitoring.models.items():
        place: Path = ("monitoring", "models", name)
        yield time((*place, "every"), sensor.every, "positive")
        yield time((*place, "from"), sensor.start)
        yield time((*place, "patience"), sensor.patience, "positive")
        for name_given, source in sensor.inputs.items():
            for where, quantity in given(((*place, "inputs", name_given), source.at)):
                yield time(where, quantity)
