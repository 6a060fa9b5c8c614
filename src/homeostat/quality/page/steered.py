"""What predictive controllers did: their rungs, their plans in numbers, and the outputs that they moved."""

from collections.abc import Iterator

from homeostat.control.supervisor import NOT_YET, UNDECIDED
from homeostat.quality.model import BatchRecord, ControllerLine, DrivenLine
from homeostat.quality.page.charts import Band, Chart
from homeostat.quality.page.figures import HALF, Drawn, Figure, Tape, rendered, stripes
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.tables import chip, table
from homeostat.quality.wording import bounds, moment, number, unit_text

STYLES = {
    "plan": "good",
    "advice": "good",
    "idle": "minor",
    "last plan": "minor",
    "loops": "major",
    "hold": "critical",
}
"""How a rung is marked: the word tells it, the style repeats it."""
_NOTE = (
    "A controller plans ahead with the twin and makes the first move of each plan. Where there is no new plan, the last"
    " one is followed for a while; then the loops work by themselves; at the bottom of the ladder outputs are held."
)
_NUMBERS = "Controller|Authority|Rung|Plans>|Without a plan>|Late>|Moves clamped>"
_CHANGES = "At|Rung|Authority|Why"


def steered(record: BatchRecord, tape: Tape) -> list[Figure]:
    """The outputs that controllers move, each within its envelope."""
    moved = [line for controller in record.controllers for line in controller.driven]
    return [_moved(record, tape, line) for line in moved if f"loop.{line.loop}" in tape.units]


def _moved(record: BatchRecord, tape: Tape, line: DrivenLine) -> Figure:
    envelope = bounds(line.low, line.high, line.unit)
    chart = Chart(
        title=line.title,
        description=f"The output of {line.title} over time. A controller may move it within {envelope}.",
        unit=unit_text(line.unit),
        end=record.header.duration,
        lines=(tape.line(f"loop.{line.loop}", "measured", half=True),),
        bands=(Band(line.low, line.high, "proven"),),
        stripes=stripes(record),
        width=HALF,
        height=200.0,
    )
    return Figure(chart, (("measured", "output"), ("proven", f"envelope {envelope}")))


def controllers(record: BatchRecord, drawn: Drawn) -> Markup:
    """The section: numbers of all controllers, what they moved, and the course of each."""
    return join(
        [
            tag("p", _NOTE),
            table("Controllers", _NUMBERS, [_numbers(line) for line in record.controllers]),
            rendered(drawn.steered, "steered"),
            *(part for line in record.controllers for part in _course(line)),
        ]
    )


def _numbers(line: ControllerLine) -> tuple[Markup | str, ...]:
    counts = (line.plans, line.failed, line.late, line.clamped)
    return (
        line.title,
        line.authority,
        _chip(line.rung, line.why),
        *(number(count, 9) for count in counts),
    )


def _chip(rung: str, why: str) -> Markup:
    """A rung; one on which the controller only waits for its plan or a person is nothing to worry about."""
    return chip(rung, "minor" if why in (NOT_YET, UNDECIDED) else STYLES.get(rung, "minor"))


def _course(line: ControllerLine) -> Iterator[Markup]:
    yield tag("h3", line.title)
    if line.last:
        yield tag("p", tag("strong", "The last plan. "), line.last)
    if line.waiting is not None:
        until = "" if line.waiting.expires is None else f" until {moment(line.waiting.expires)}"
        yield tag("p", tag("strong", f"Waits for approval{until}. "), line.waiting.text)
    changes = [
        (
            moment(one.time),
            _chip(one.rung, one.reason),
            one.authority,
            one.reason or "–",
        )
        for one in line.changes
    ]
    yield table(f"Changes of rung and authority: {line.title}", _CHANGES, changes)
    if line.said:
        said = [(moment(one.time), one.text) for one in line.said]
        yield table(f"What people said: {line.title}", "At|What", said)
