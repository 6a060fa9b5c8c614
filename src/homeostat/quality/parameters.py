"""Critical process parameters and the loops that hold them, judged by what the historian recorded."""

import numpy as np

from homeostat.historian import Series
from homeostat.process.attributes import Parameter
from homeostat.process.base import Range
from homeostat.process.strategy import Loop
from homeostat.quality import series as numbers
from homeostat.quality.model import Excursion, LoopLine, ParameterLine
from homeostat.quality.story import Story, usable


def parameters(story: Story) -> tuple[ParameterLine, ...]:
    """One line for each CPP, in the order of the declaration."""
    declared = story.process.parameters if story.process else {}
    return tuple(_parameter(story, name, parameter) for name, parameter in declared.items())


def _parameter(story: Story, name: str, parameter: Parameter) -> ParameterLine:
    unit = _unit(story, parameter.tag)
    series = story.tapes.series(parameter.tag)
    found = numbers.values(series)
    normal, proven = _bounds(parameter.normal, unit), _bounds(parameter.proven, unit)
    count = 0 if series is None else len(series.time)
    return ParameterLine(
        parameter=name,
        title=parameter.title,
        tag=parameter.tag,
        unit=unit,
        normal=normal,
        proven=proven,
        readings=count,
        within_normal=numbers.share_within(found, normal),
        within_proven=numbers.share_within(found, proven),
        low=numbers.low(found),
        mean=numbers.mean(found),
        high=numbers.high(found),
        bad=(count - len(found)) / count if count else None,
        excursions=() if series is None else _excursions(series, proven, _scan(story)),
    )


def _excursions(series: Series, proven: tuple[float, float], scan: int) -> tuple[Excursion, ...]:
    """Runs of usable readings outside `proven`; an unusable reading ends one, because it says nothing."""
    good = usable(series)
    outside = good & ((series.value < proven[0]) | (series.value > proven[1]))
    return tuple(_excursion(series, first, last, proven, scan) for first, last in numbers.stretches(outside))


def _excursion(series: Series, first: int, last: int, proven: tuple[float, float], scan: int) -> Excursion:
    stretch = series.value[first : last + 1]
    distance = np.maximum(proven[0] - stretch, stretch - proven[1])
    return Excursion(
        start=int(series.time[first]),
        end=numbers.following(series, last, scan),
        extreme=float(stretch[np.argmax(distance)]),
    )


def loops(story: Story) -> tuple[LoopLine, ...]:
    """One line for each loop of the control strategy whose output was recorded."""
    declared = story.process.strategy if story.process else {}
    known = story.tapes.units
    return tuple(_loop(story, name, loop) for name, loop in declared.items() if f"loop.{name}" in known)


def _loop(story: Story, name: str, loop: Loop) -> LoopLine:
    output = numbers.values(story.tapes.series(f"loop.{name}"))
    return LoopLine(
        loop=name,
        title=loop.title,
        tag=loop.tag,
        actuator=loop.moves,
        unit=story.tapes.units[f"loop.{name}"],
        setpoint=loop.setpoint.to(_unit(story, loop.tag)),
        low=numbers.low(output),
        mean=numbers.mean(output),
        high=numbers.high(output),
        within_normal=_within_normal(story, loop.tag),
    )


def _within_normal(story: Story, tag: str) -> float | None:
    declared = story.process.parameters.values() if story.process else ()
    ranges = (parameter.normal for parameter in declared if parameter.tag == tag)
    normal = next(ranges, None)
    if normal is None:
        return None
    return numbers.share_within(numbers.values(story.tapes.series(tag)), _bounds(normal, _unit(story, tag)))


def _bounds(limits: Range, unit: str) -> tuple[float, float]:
    return limits[0].to(unit), limits[1].to(unit)


def _unit(story: Story, tag: str) -> str:
    """The unit a tag is recorded in: the historian's, or the declared one while nothing was recorded."""
    known = story.tapes.units.get(tag)
    if known is not None:
        return known
    declared = story.process.tags.get(tag) if story.process else None
    return declared.unit if declared else ""


def _scan(story: Story) -> int:
    return story.started.data.scan if story.started else 0
