"""From the batch to a controller's question, and from its answer to what is put on record."""

from typing import NamedTuple

from homeostat.control.predictive import Answer, Planned, Question
from homeostat.control.predictive.sentence import sentence
from homeostat.control.predictive.solving import FORMER
from homeostat.control.supervisor import Authority, Course
from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.plan.types import Plan
from homeostat.execution.state import BatchState, Belief
from homeostat.ledger.catalogue import Binding, Foretold, MovePlanned, PlanFailed
from homeostat.twin import model


def question(plan: Plan, controller: ControllerPlan, state: BatchState, time: int) -> Question:
    """What the controller is asked at `time`: the belief, with the outputs in force as inputs."""
    belief, signature = state.belief, model(plan.twin.model).signature
    inputs = list(belief.inputs)
    for place, name, (slope, offset) in zip(
        controller.loops, controller.inputs, controller.scales, strict=True
    ):
        inputs[signature.inputs.index(name)] = slope * state.loops[place].pid.output + offset
    doubts = _doubts(plan.twin, belief)
    return Question(
        hours=time / HOUR,
        states=belief.states,
        inputs=tuple(inputs),
        parameters=_parameters(plan.twin, belief),
        deviations=tuple([doubts.get(name, 0.0) for name, _ in controller.task.scenarios]),
        doubts=tuple([doubts.get(name, 0.0) for name in controller.task.watched]),
    )


def _parameters(twin: TwinPlan, belief: Belief) -> tuple[float, ...]:
    """The model's parameters, the learnt ones as they are believed."""
    names = model(twin.model).signature.parameters.names
    learnt = dict(zip(twin.learnt, belief.more, strict=False))
    return tuple([learnt.get(name, value) for name, value in zip(names, twin.parameters, strict=True)])


def _doubts(twin: TwinPlan, belief: Belief) -> dict[str, float]:
    """Standard deviations by name: states, learnt parameters, outputs."""
    return dict(zip(twin.doubted, belief.more[len(twin.learnt) :], strict=True))


def course(controller: ControllerPlan, asked: int, planned: Planned) -> Course:
    """The plan as outputs of the loops at times (µs)."""
    rows = [
        tuple([(u - offset) / slope for u, (slope, offset) in zip(row, controller.scales, strict=True)])
        for row in planned.moves
    ]
    times = tuple([round(hours * HOUR) for hours in planned.times])
    harvest = None if controller.task.ends is None else round(planned.end * HOUR)
    return Course(asked, times, tuple(rows), harvest)


class Asked(NamedTuple):
    """A question, with the authority of who was asked and the outputs in force."""

    question: Question
    authority: Authority
    outputs: tuple[float, ...]


def planned_event(
    plan: Plan, controller: ControllerPlan, asked: Asked, answer: Planned, way: Course
) -> MovePlanned:
    """What is put on record of a plan."""
    loops = [plan.loops[place] for place in controller.loops]
    ends = tuple([(round(end * HOUR), value) for end, value in answer.ends])
    supervised = asked.authority == "supervised"
    return MovePlanned(
        controller=controller.name,
        made=way.made,
        authority=asked.authority,
        proposal=str(way.made) if supervised else "",
        expires=way.made + controller.rules.wait if supervised else None,
        loops=tuple([loop.name for loop in loops]),
        units=tuple([loop.output_unit for loop in loops]),
        before=asked.outputs,
        times=way.times,
        outputs=way.rows,
        harvest=way.harvest,
        harvests=ends if controller.task.ends else (),
        ending=way.ending(controller.rules.every),
        status="solved",
        iterations=answer.iterations,
        value=answer.value,
        without=answer.without,
        skipped=answer.skipped,
        believed=_believed(controller, asked.question, answer),
        foretold=_foretold(plan.twin, answer),
        limits=tuple(
            [Binding(limit=a.limit, at=round(a.hours * HOUR), multiplier=a.multiplier) for a in answer.active]
        ),
        unsure=answer.unsure,
        means=controller.means,
        text=sentence(controller.task, asked.question, answer),
    )


def _believed(
    controller: ControllerPlan, asked: Question, answer: Planned
) -> dict[str, tuple[float, float | None]]:
    """The whole question by name, with what is told of watched outputs; see `recalled`."""
    task, signature = controller.task, controller.task.signature
    doubts = dict(zip(task.watched, asked.doubts, strict=True))
    doubts |= zip([name for name, _ in task.scenarios], asked.deviations, strict=True)
    values = {each.quantity: each.values[0] for each in answer.foretold}
    for group, of in zip(signature.groups[:3], (asked.states, asked.inputs, asked.parameters), strict=True):
        values |= zip(group.names, of, strict=True)
    return {name: (value, doubts.get(name)) for name, value in values.items()}


def recalled(controller: ControllerPlan, fact: MovePlanned) -> Question:
    """The question that a plan on record answered, from its event alone; asked again, it has the same answer."""
    task, signature = controller.task, controller.task.signature
    states, inputs, parameters = [
        tuple([fact.believed[name][0] for name in group.names]) for group in signature.groups[:3]
    ]
    return Question(
        hours=fact.made / HOUR,
        states=states,
        inputs=inputs,
        parameters=parameters,
        deviations=tuple([fact.believed[name][1] or 0.0 for name, _ in task.scenarios]),
        doubts=tuple([fact.believed[name][1] or 0.0 for name in task.watched]),
    )


def _foretold(twin: TwinPlan, answer: Planned) -> tuple[Foretold, ...]:
    units = {q.name: q.unit for group in model(twin.model).signature.groups for q in group}
    return tuple(
        [
            Foretold(
                of=each.quantity,
                unit=units[each.quantity],
                values=each.values,
                low=each.low,
                high=each.high,
                without=each.without,
                skipped=each.skipped,
            )
            for each in answer.foretold
        ]
    )


def failed_event(controller: ControllerPlan, asked: int, answer: Answer) -> PlanFailed:
    """What is put on record where there is no plan: in older records in the words of then."""
    reason = FORMER.get(answer.reason, answer.reason) if controller.former else answer.reason
    return PlanFailed(controller=controller.name, made=asked, status=answer.status, reason=reason)
