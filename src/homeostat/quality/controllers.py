"""One line for each predictive controller of a batch: where it stands, what it planned, what people said to it."""

from collections.abc import Sequence
from typing import TypeVar

from homeostat.ledger.catalogue import (
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    MoveClamped,
    MovePlanned,
    Payload,
    PlanFailed,
    PlanMissed,
)
from homeostat.process import Process
from homeostat.process.controllers import Controller
from homeostat.quality.model import ControllerLine, DrivenLine, RungLine, SaidLine, WaitingLine
from homeostat.quality.reasons import why
from homeostat.quality.steered import Happening, happenings, proposals, told
from homeostat.quality.story import Story

P = TypeVar("P", bound=Payload)


def controllers(story: Story) -> tuple[ControllerLine, ...]:
    """The controllers that the process declares, in the order of the file; none where nothing is steered."""
    process, started = story.process, story.started
    if process is None or started is None or not started.data.equipment.get("steers", True):
        return ()
    if not process.controllers:
        return ()
    found = happenings(stored.event for stored in story.events)
    now = max(story.now, story.tapes.end or 0)
    waiting = {} if story.ended else {plan.controller: plan for plan in proposals(found, now=now)}
    return tuple(
        _line(
            process,
            name,
            declared,
            [one for one in found if one.controller == name],
            waiting.get(name),
            why(story, name, now),
        )
        for name, declared in process.controllers.items()
    )


def _line(
    process: Process,
    name: str,
    declared: Controller,
    found: Sequence[Happening],
    waiting: MovePlanned | None,
    because: str,
) -> ControllerLine:
    changes = _of(found, ControlChanged)
    plans = _of(found, MovePlanned)
    last = changes[-1][1] if changes else None
    return ControllerLine(
        controller=name,
        title=declared.title,
        authority=last.authority if last else declared.authority,
        rung=last.rung if last else "idle",
        since=changes[-1][0] if changes else 0,
        why=because,
        plans=len(plans),
        failed=len(_of(found, PlanFailed)),
        late=len(_of(found, PlanMissed)),
        clamped=len(_of(found, MoveClamped)),
        last=plans[-1][1].text if plans else "",
        planned=plans[-1][1].made if plans else None,
        driven=tuple(_driven(process, declared)),
        changes=tuple(
            RungLine(time=t, before=f.before, rung=f.rung, authority=f.authority, reason=f.reason)
            for t, f in changes
        ),
        said=tuple(
            SaidLine(time=one.time, text=told(one.fact))
            for one in found
            if isinstance(one.fact, ControlOrdered | ControlRefused)
        ),
        waiting=_waiting(waiting),
    )


def _of(found: Sequence[Happening], kind: type[P]) -> list[tuple[int, P]]:
    return [(one.time, one.fact) for one in found if isinstance(one.fact, kind)]


def _driven(process: Process, declared: Controller) -> list[DrivenLine]:
    lines = []
    for name, move in declared.moves.items():
        loop = process.strategy.get(name)
        tag = process.tags.get(loop.actuator or "") if loop else None
        if loop is not None and tag is not None:
            low, high = (end.to(tag.unit) for end in move.envelope)
            lines.append(DrivenLine(loop=name, title=loop.title, unit=tag.unit, low=low, high=high))
    return lines


def _waiting(plan: MovePlanned | None) -> WaitingLine | None:
    if plan is None:
        return None
    return WaitingLine(proposal=plan.proposal, made=plan.made, expires=plan.expires, text=plan.text)
