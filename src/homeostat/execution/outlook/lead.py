"""Predictive controllers in the outlook: their loops follow the plan in force, or the first they would make.

A plan is made once in a walk, with the belief that the walk arrives with: what would be planned again on the way is
what readings will tell, and there are none ahead. A controller that may not move by itself, or has no plan, leaves its
loops to themselves.
"""

from homeostat.control.predictive import Question
from homeostat.control.predictive.planner import planner
from homeostat.control.supervisor import Course
from homeostat.execution.outlook.traveller import Traveller, Way
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.steering import course
from homeostat.execution.successor import successor


def lead(way: Way, going: Traveller) -> None:
    """Set the outputs of all loops that controllers move, for the step that comes."""
    for place, controller in enumerate(way.plan.controllers):
        steps = going.state.steps
        free = all(going.loops[loop].mode == "auto" for loop in controller.loops)
        at_work = free and any(steps[node].status == "running" for node in controller.during)
        found = _course(way, going, place, controller) if at_work else None
        if found is None:
            _release(controller, going)
            continue
        going.harvest = found.harvest
        outputs = zip(controller.loops, controller.rules.envelopes, found.at(going.time), strict=True)
        for loop, envelope, wanted in outputs:
            before = going.loops[loop]
            output, _ = envelope.clamp(before.pid.output, wanted)
            if not before.driven or output != before.pid.output:
                way.move(going, loop, output)
                _drive(going, loop, driven=True)


def _course(way: Way, going: Traveller, place: int, controller: ControllerPlan) -> Course | None:
    if place not in going.courses:
        going.courses[place] = _first(way, going, place, controller)
    return going.courses[place]


def _first(way: Way, going: Traveller, place: int, controller: ControllerPlan) -> Course | None:
    """The course in force; of a controller that is not at work yet, the one that it would begin with."""
    standing = going.state.controllers[place].standing
    if standing.rung in ("plan", "last plan"):
        return standing.course
    if standing.authority != "autonomous" or standing.rung != "idle":
        return None
    try:
        answer = planner(controller.task, "outlook").answer(_question(way, controller, going))
    except Exception:  # noqa: BLE001 - the desk says so when it is asked; a forecast goes on without it
        return None
    return course(controller, going.time, answer.planned) if answer.planned else None


def _question(way: Way, controller: ControllerPlan, going: Traveller) -> Question:
    """What the controller would be asked with the belief of the walk."""
    of, task = way.filter, controller.task
    names = (*of.names, *of.signature.outputs.names)
    doubts = dict(zip(names, of.deviations(of.settle(going.estimate)), strict=True))
    return Question(
        hours=going.time / HOUR,
        states=of.states(going.estimate),
        inputs=going.inputs,
        parameters=going.known,
        deviations=tuple([doubts.get(name, 0.0) for name, _ in task.scenarios]),
        doubts=tuple([doubts.get(name, 0.0) for name in task.watched]),
    )


def _release(controller: ControllerPlan, going: Traveller) -> None:
    for loop in controller.loops:
        if going.loops[loop].driven:
            _drive(going, loop, driven=False)


def _drive(going: Traveller, loop: int, *, driven: bool) -> None:
    loops = list(going.loops)
    loops[loop] = successor(loops[loop], driven=driven)
    going.loops = tuple(loops)
