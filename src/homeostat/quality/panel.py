"""The sentinel panel: one calm row for every batch, folded from its events and its last values.

events, last values -> verdicts, alarms, findings -> PanelRow
"""

from collections.abc import Iterable, Iterator, Mapping

from homeostat.governance.ended import ends
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import StepChanged
from homeostat.quality.beside import models
from homeostat.quality.board import PRIORITIES, board
from homeostat.quality.controllers import controllers
from homeostat.quality.header import state
from homeostat.quality.laboratory import attributes
from homeostat.quality.model import (
    AttributeLine,
    BoardLine,
    Drifted,
    OutlookLine,
    PanelAttribute,
    PanelRow,
    Priority,
    Standing,
)
from homeostat.quality.outlook import outlook
from homeostat.quality.signals import signals
from homeostat.quality.silences import CRITICAL, silences
from homeostat.quality.story import Story

GRAVITY: tuple[Standing, ...] = ("ok", "undecided", "alert", "action")
"""Verdicts from the best to the worst."""

ALARMED: Mapping[Priority, Standing] = {"high": "alert", "critical": "action"}
"""What a standing alarm means for the batch (assumption); one of lower priority changes nothing."""

TWIN = "twin."
"""How the alarms begin that tell of a disagreement with the twin."""


def panel(
    ledger: Ledger, historian: Historian, *, batch: str | None = None, everything: bool = False
) -> tuple[PanelRow, ...]:
    """A row for each batch that has not ended, or for all, in the order in which they began; or for `batch` alone.

    Raises RecordError where the ledger holds no event of `batch`.
    """
    if batch is not None:
        return (panel_row(Story.read(ledger, historian, batch)),)
    ended = set[str]() if everything else set(ends(ledger))
    running = [name for name in ledger.batches() if name not in ended]
    return tuple(panel_row(Story.read(ledger, historian, name)) for name in running)


def panel_row(story: Story) -> PanelRow:
    """The row of one batch."""
    start, shown = story.started, board(story)
    lines = tuple(_attributes(story))
    return PanelRow(
        batch=story.batch,
        patient=start.data.patient if start else "",
        process=start.data.process if start else "",
        version=start.data.version if start else "",
        state=state(story),
        finished=story.ended is not None,
        phases=_phases(story),
        time=_time(story),
        verdict=_worst(lines, shown),
        attributes=lines,
        drifted=tuple(sorted(_drifted(story, shown), key=lambda one: one.since)),
        standing=_counted(line for line in shown if line.active and not line.silent),
        owed=_counted(line for line in shown if line.owed),
        silenced=sum(line.active and line.silent for line in shown),
        alarms=shown,
        silences=silences(story),
        recorded=max((one.recorded for one in story.record_events), default=""),
        models=models(story),
        controllers=controllers(story),
    )


def _time(story: Story) -> int:
    """The process time that has passed: to the end of the last scan on record."""
    scan, latest = story.started.data.scan if story.started else 0, max(story.now, story.tapes.end or 0)
    return (latest // scan + 1) * scan if scan else latest


def _phases(story: Story) -> tuple[str, ...]:
    """The titles of the phases that run."""
    running: dict[str, str] = {}
    for fact in story.of(StepChanged):
        if fact.data.level == "phase":
            running.pop(fact.data.step, None)
            if fact.data.state == "running":
                running[fact.data.step] = fact.data.title
    return tuple(running.values())


def _attributes(story: Story) -> Iterator[PanelAttribute]:
    """Every declared or judged attribute, with what is foreseen of it where that is known."""
    foreseen = {line.attribute: line for line in outlook(story)}
    for line in attributes(story):
        yield _attribute(line, foreseen.get(line.attribute))


def _attribute(line: AttributeLine, seen: OutlookLine | None) -> PanelAttribute:
    return PanelAttribute(
        attribute=line.attribute,
        title=line.title,
        unit=line.unit,
        specified=(line.low, line.high),
        verdict=seen.verdict if seen else _MEASURED.get(line.verdict, "undecided"),
        since=seen.since if seen else line.judged or 0,
        probability=seen.probability if seen else None,
        value=seen.value if seen else None,
        low=seen.low if seen else None,
        high=seen.high if seen else None,
        at=seen.at if seen else None,
        breach=seen.breach if seen else None,
        drivers=seen.drivers if seen else (),
        reason=seen.reason if seen else "",
        measured=line.value,
        outcome=line.verdict,
    )


_MEASURED: Mapping[str, Standing] = {"within": "ok", "outside": "action"}
"""The verdict on an attribute that nothing foresees, once it was measured."""


def _drifted(story: Story, shown: Iterable[BoardLine]) -> Iterator[Drifted]:
    for line in shown:
        if line.active and line.alarm.startswith(TWIN):
            yield Drifted(kind="twin", subject=line.alarm, text=line.text, since=line.since)
    for finding in signals(story):
        if finding.standing:
            yield Drifted(kind="signal", subject=finding.tag, text=finding.text, since=finding.since)


def _worst(lines: Iterable[PanelAttribute], shown: Iterable[BoardLine]) -> Standing:
    verdicts = [line.verdict for line in lines]
    counting = [line for line in shown if line.active and (not line.silent or line.priority == CRITICAL)]
    verdicts += [ALARMED.get(line.priority, "ok") for line in counting]
    return max(verdicts, key=GRAVITY.index, default="undecided")


def _counted(lines: Iterable[BoardLine]) -> dict[Priority, int]:
    """How many of each priority, the gravest first; priorities without one are left out."""
    found = [line.priority for line in lines]
    return {priority: found.count(priority) for priority in PRIORITIES if priority in found}
