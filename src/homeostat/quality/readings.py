"""How far the readings can be trusted: counts by quality code, and the gaps."""

import numpy as np

from homeostat.historian import Series
from homeostat.process.equipment import Tag
from homeostat.process.reading import Quality
from homeostat.quality.model import Gap, ReadingLine
from homeostat.quality.series import following, stretches
from homeostat.quality.story import Story, usable


def readings(story: Story) -> tuple[ReadingLine, ...]:
    """One line for each tag of the process that the historian knows, in the order of the declaration."""
    process = story.process
    scan = story.started.data.scan if story.started else 0
    lines = []
    for name, tag in process.tags.items() if process else ():
        series = story.tapes.series(name)
        if series is not None:
            lines.append(_line(name, tag, story.tapes.units[name], series, scan))
    return tuple(lines)


def _line(name: str, tag: Tag, unit: str, series: Series, scan: int) -> ReadingLine:
    good, count = usable(series), len(series.time)
    tally = np.bincount(series.quality, minlength=len(Quality)).tolist()
    return ReadingLine(
        tag=name,
        title=tag.title,
        kind=tag.kind,
        unit=unit,
        readings=count,
        qualities={code.name.lower(): tally[code] for code in Quality},
        usable=int(good.sum()) / count if count else None,
        gaps=tuple(_gap(series, first, last, scan) for first, last in stretches(~good)),
    )


def _gap(series: Series, first: int, last: int, scan: int) -> Gap:
    worst = Quality(int(series.quality[first : last + 1].max()))
    return Gap(start=int(series.time[first]), end=following(series, last, scan), worst=worst.name.lower())
