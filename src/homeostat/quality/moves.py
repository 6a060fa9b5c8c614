"""What was commanded: moves from intent to outcome, set-points, materials, commands to the batch."""

from homeostat.ledger.catalogue import (
    RECONCILE,
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    CommandRefused,
    LoopChanged,
)
from homeostat.quality.model import CommandLine, MaterialLine, MoveLine, PromptLine, SetpointLine
from homeostat.quality.story import Fact, Story


def moves(story: Story, prompts: tuple[PromptLine, ...]) -> tuple[MoveLine, ...]:
    """Every discrete command with what the equipment made of it; the last outcome counts."""
    outcomes = {fact.data.intent: fact.data for fact in story.of(CommandOutcome)}
    settled = {line.prompt: line.answers[-1].answer for line in prompts if line.accepted}
    return tuple(
        _move(fact, outcomes.get(fact.id), settled.get(RECONCILE + fact.id, ""))
        for fact in story.of(CommandIntended)
    )


def _move(fact: Fact[CommandIntended], outcome: CommandOutcome | None, reconciled: str) -> MoveLine:
    data = fact.data
    return MoveLine(
        intent=fact.id,
        step=data.step,
        kind=data.kind,
        target=data.target,
        value=data.value,
        unit=data.unit,
        intended=fact.time,
        status=outcome.status if outcome else "open",
        applied=outcome.value if outcome and outcome.status == "done" else None,
        detail=outcome.detail if outcome else "",
        reconciled=reconciled,
    )


def materials(story: Story, lines: tuple[MoveLine, ...]) -> tuple[MaterialLine, ...]:
    """Every dose, with the volume that really went in where the equipment confirmed it."""
    return tuple(_material(story, line) for line in lines if line.kind == "dose")


def _material(story: Story, line: MoveLine) -> MaterialLine:
    known = story.process.materials.get(line.target) if story.process else None
    return MaterialLine(
        material=line.target,
        title=known.title if known else line.target,
        step=line.step,
        time=line.intended,
        amount=line.value if line.applied is None else line.applied,
        unit=line.unit,
        critical=bool(known and known.critical),
        status=line.status,
    )


def setpoints(story: Story) -> tuple[SetpointLine, ...]:
    """Every new set-point or mode of a loop."""
    return tuple(
        SetpointLine(
            loop=fact.data.loop,
            time=fact.time,
            setpoint=fact.data.setpoint,
            unit=fact.data.unit,
            mode=fact.data.mode,
            cause=fact.data.cause,
        )
        for fact in story.of(LoopChanged)
    )


def commands(story: Story) -> tuple[CommandLine, ...]:
    """Every ISA-88 command to the batch; a refusal belongs to the command of its name before it."""
    lines: list[CommandLine] = []
    for fact in story.mixed(CommandGiven, CommandRefused):
        if isinstance(fact.data, CommandGiven):
            lines.append(_command(fact.actor, fact.time, fact.data))
        else:
            _refuse(lines, fact.data)
    return tuple(lines)


def _command(actor: str, time: int, data: CommandGiven) -> CommandLine:
    return CommandLine(command=data.command, by=actor, time=time, accepted=True, reason=data.reason)


def _refuse(lines: list[CommandLine], refusal: CommandRefused) -> None:
    """Mark the latest command of that name that still counts as accepted."""
    for place in reversed(range(len(lines))):
        if lines[place].command == refusal.command and lines[place].accepted:
            reason = f"not allowed while {refusal.state}"
            lines[place] = lines[place].model_copy(update={"accepted": False, "reason": reason})
            return
