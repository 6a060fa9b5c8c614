"""Tables of what was done in a batch: steps, prompts, samples, materials, commands, set-points, orders."""

from homeostat.quality.answered import notes, words
from homeostat.quality.documents.paper import Table, listed, table
from homeostat.quality.model import Answer, BatchRecord, MoveLine, PromptLine, SampleLine, SetpointLine
from homeostat.quality.wording import duration, moment, quantity


def done(record: BatchRecord) -> tuple[Table, ...]:
    """Steps of the recipe, states of the batch, and prompts with every answer."""
    steps = [
        (
            line.title,
            line.level,
            moment(line.start),
            moment(line.end),
            duration(line.duration),
            line.state + (f": {line.cause}" if line.cause else ""),
        )
        for line in record.steps
    ]
    states = [(moment(one.time), one.before, one.after, one.cause) for one in record.states]
    prompts = [row for line in record.prompts for row in _answers(line)]
    return (
        table("Steps of the recipe", "Step|Level|From>|To>|Duration>|State", steps),
        table("States of the batch", "At>|Before|After|Cause", states),
        table("Prompts and every answer", "Prompt|Asked>|Answer|By|Answered>|Outcome", prompts),
    )


def _answers(line: PromptLine) -> list[tuple[str, ...]]:
    if not line.answers:
        return [(line.text, moment(line.asked), "–", "–", "–", "open")]
    last = max((k for k, one in enumerate(line.answers) if one.status == "corrected"), default=0)
    return [
        (line.text, moment(line.asked), words(line, one), one.by, moment(one.time), _outcome(one, k < last))
        for k, one in enumerate(line.answers)
    ]


def _outcome(answer: Answer, replaced: bool) -> str:
    """What became of an answer; one that was `replaced` by a correction does not stand any more."""
    accepted = "replaced" if replaced else "accepted"
    outcome = {None: ["not judged"], True: [accepted], False: []}[answer.accepted]
    return "; ".join([*outcome, *notes(answer)])


def settled(record: BatchRecord) -> tuple[Table, ...]:
    """Samples with all their results, and what went into the vessel."""
    samples = [row for line in record.samples for row in _results(line)]
    materials = [
        (
            line.title,
            moment(line.time),
            quantity(line.amount, line.unit),
            line.step,
            "critical" if line.critical else "",
            line.status,
        )
        for line in record.materials
    ]
    return (
        table("Samples", "Sample|Taken>|Assay|Reported>|Results", samples),
        table("Materials added", "Material|At>|Amount>|Step|Kind|Outcome", materials),
    )


def _results(line: SampleLine) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = [
        (
            line.sample,
            moment(one.taken),
            one.title,
            moment(one.reported),
            ", ".join(f"{each.quantity} {quantity(each.value, each.unit)}" for each in one.values),
        )
        for one in line.results
    ]
    return rows + [(line.sample, moment(line.taken), one, "–", "no result") for one in line.missing]


def changed(record: BatchRecord) -> tuple[Table, ...]:
    """Commands to the equipment and to the batch, set-points, and orders about alarms."""
    given = [
        (one.command, moment(one.time), one.by, "accepted" if one.accepted else "refused", one.reason)
        for one in record.commands
    ]
    ordered = [
        (one.order, one.alarm, moment(one.time), one.by, one.why, one.refused or "followed")
        for one in record.alarm_orders
    ]
    moves, setpoints = "Command|At>|Intended>|Applied>|Step|Outcome", "Loop|At>|Set-point>|Mode|Cause"
    return (
        listed("Commands to the equipment", moves, record.moves, _move),
        listed("Set-points and modes", setpoints, record.setpoints, _setpoint),
        table("Commands to the batch", "Command|At>|By|Outcome|Reason", given),
        table("Orders about alarms", "Order|Alarm|At>|By|Why|Outcome", ordered),
    )


def _move(one: MoveLine) -> tuple[str, ...]:
    return (
        f"{one.kind} {one.target}".rstrip(),
        moment(one.intended),
        quantity(one.value, one.unit),
        "–" if one.applied is None else quantity(one.applied, one.unit),
        one.step,
        " ".join(filter(None, (one.status, one.detail, one.reconciled))),
    )


def _setpoint(one: SetpointLine) -> tuple[str, ...]:
    return one.loop, moment(one.time), quantity(one.setpoint, one.unit), one.mode, one.cause
