"""Limits stand inside one another: set-point in normal in proven in hard limits, and those in the tag's range."""

from collections.abc import Iterator

from homeostat.process.attributes import Parameter
from homeostat.process.checks.quantities import settable
from homeostat.process.checks.subject import Subject
from homeostat.process.equipment import Tag
from homeostat.process.issues import Fault, Path
from homeostat.process.units import Quantity, compatible

_WORDS = {
    "normal": "the normal operating range",
    "proven": "the proven acceptable range",
    "hard": "the hard limits",
}
_NESTED = (("normal", "proven"), ("proven", "hard"), ("normal", "hard"))
Pair = tuple[Quantity, Quantity]


def limits(subject: Subject) -> Iterator[Fault]:
    """A fault for every pair of limits that contradict each other."""
    for name, parameter in subject.process.parameters.items():
        tag = subject.process.tags.get(parameter.tag)
        yield from _of_parameter(("parameters", name), parameter)
        if tag is not None:
            yield from _in_range(("parameters", name), parameter, tag)
    for path, name, tag in subject.tags():
        yield from _of_tag(path, name, tag)
        yield from _step(path, name, tag)
    yield from _of_set_points(subject)
    yield from _of_specifications(subject)


def contains(outer: Pair, *inner: Quantity) -> bool:
    """Whether all of `inner` lie in `outer`; where units differ in dimension, that is a fault of its own."""
    unit = outer[0].unit
    low, high = outer[0].value, outer[1].to(unit)
    comparable = [value.to(unit) for value in inner if compatible(value.unit, unit)]
    margin = 1e-9 * max(abs(low), abs(high))
    return all(low - margin <= value <= high + margin for value in comparable)


def words(pair: Pair) -> str:
    """A range for a message."""
    return f"{pair[0]} to {pair[1]}"


def _of_parameter(path: Path, parameter: Parameter) -> Iterator[Fault]:
    for field, outer_field in _NESTED:
        inner, outer = getattr(parameter, field), getattr(parameter, outer_field)
        covered = outer_field == "hard" and field == "normal"  # then proven lies between and tells it already
        if outer is not None and not covered and not contains(outer, *inner):
            what = f"{_WORDS[field]} ({words(inner)}) is not within {_WORDS[outer_field]} ({words(outer)})"
            yield Fault((*path, field), what, f"narrow '{field}' or widen '{outer_field}'")
    if parameter.setpoint is not None and not contains(parameter.normal, parameter.setpoint):
        what = f"the set-point {parameter.setpoint} is outside {_WORDS['normal']} ({words(parameter.normal)})"
        yield Fault((*path, "setpoint"), what, "move the set-point or widen 'normal'")


def _in_range(path: Path, parameter: Parameter, tag: Tag) -> Iterator[Fault]:
    """An instrument must be able to show every limit."""
    field = "hard" if parameter.hard is not None else "proven"
    pair = parameter.hard or parameter.proven
    if not contains(tag.range, *pair):
        what = f"{_WORDS[field]} ({words(pair)}) leaves the range of the tag '{parameter.tag}' ({words(tag.range)})"
        yield Fault((*path, field), what, f"narrow '{field}' or widen the tag's range")


def _of_tag(path: Path, name: str, tag: Tag) -> Iterator[Fault]:
    if tag.initial is not None and tag.kind == "sensor":
        yield Fault((*path, "initial"), "a sensor has no initial value", "remove 'initial'")
    elif tag.initial is not None and not contains(tag.range, tag.initial):
        what = f"the initial value {tag.initial} is outside the range of '{name}' ({words(tag.range)})"
        yield Fault((*path, "initial"), what, "choose a value within the range")


def _step(path: Path, name: str, tag: Tag) -> Iterator[Fault]:
    low, high = tag.range
    if tag.resolution is None or not compatible(tag.resolution.unit, low.unit):
        return
    if tag.resolution.difference(low.unit) > high.to(low.unit) - low.value:
        what = f"the resolution {tag.resolution} is wider than the range of '{name}' ({words(tag.range)})"
        yield Fault((*path, "resolution"), what, "refine the resolution or widen the range")


def _of_set_points(subject: Subject) -> Iterator[Fault]:
    for path, phase in subject.phases():
        for name, value in phase.set.items():
            if target := settable(subject, name):
                yield from allowed(subject, (*path, "set", name), target[0], value)


def allowed(subject: Subject, path: Path, tag_name: str, value: Quantity) -> Iterator[Fault]:
    """A set-point may leave the normal range (a shift of temperature), never the proven one or the tag's range."""
    tag = subject.process.tags.get(tag_name)
    if tag is not None and not contains(tag.range, value):
        what = f"{value} is outside the range of the tag '{tag_name}' ({words(tag.range)})"
        yield Fault(path, what, "choose a value within the range")
        return
    for name, parameter in subject.process.parameters.items():
        if parameter.tag == tag_name and not contains(parameter.proven, value):
            what = f"{value} is outside {_WORDS['proven']} of '{name}' ({words(parameter.proven)})"
            yield Fault(path, what, "choose a value within the proven range")


def _of_specifications(subject: Subject) -> Iterator[Fault]:
    for name, attribute in subject.process.attributes.items():
        path, low, high = (
            ("attributes", name, "specification"),
            attribute.specification.low,
            attribute.specification.high,
        )
        if low is None and high is None and "attributes" not in subject.sections:
            yield Fault(path, "the specification has no end", "give 'low', 'high' or both")
        if (
            low is not None
            and high is not None
            and compatible(low.unit, high.unit)
            and low.value >= high.to(low.unit)
        ):
            yield Fault(
                path, f"the low end {low} is not below the high end {high}", "put the lower value in 'low'"
            )
