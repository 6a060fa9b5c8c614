"""The scan: readings in, belief, verdicts, moves and decisions out.

    readings, arrivals -> signals -> belief -> alarms -> outlook -> models -> controllers -> loops -> recipe -> outputs

`execute` is a pure function of plan, state and inputs. Whatever happens in a batch happens here, and so can be
executed again from the record, bit for bit.
"""

from homeostat.execution.conditions import Facts
from homeostat.execution.plan import Plan
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import loops, recipe
from homeostat.execution.stages.alarms import Seen, watch_limits
from homeostat.execution.stages.arrivals import command, receive
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.controllers import RUNGS, begin_controllers, control, harvest
from homeostat.execution.stages.crosschecks import begin_crosschecks, hold_against, reconciled
from homeostat.execution.stages.models import answers, begin_models, sense
from homeostat.execution.stages.outlook import look_ahead
from homeostat.execution.stages.owing import owed
from homeostat.execution.stages.signals import survey_signals
from homeostat.execution.stages.sources import resting_on
from homeostat.execution.state import BatchState, Expectation, Inputs, ScanResult, StepState
from homeostat.execution.states import FINAL, Command, State
from homeostat.execution.successor import successor
from homeostat.ledger.catalogue import LOG_ENDED, CommandOutcome
from homeostat.monitoring.alarms import QUIET
from homeostat.monitoring.signals import begin as begin_signals
from homeostat.process import Quality

_GOOD, _BAD, _MISSING = int(Quality.GOOD), int(Quality.BAD), int(Quality.MISSING)


def begin(plan: Plan, observer: Observer) -> BatchState:
    """The state before the first scan."""
    return BatchState(
        state=State.IDLE,
        steps=tuple(StepState() for _ in plan.nodes),
        loops=tuple(loops.begin(loop) for loop in plan.loops),
        alarms=tuple(QUIET for _ in plan.limits),
        signals=begin_signals(plan.survey),
        belief=observer.begin(),
        expected=tuple(Expectation() for _ in plan.outlook.attributes) if plan.outlook else (),
        crosschecks=begin_crosschecks(plan),
        sensed=begin_models(plan),
        controllers=begin_controllers(plan),
    )


def execute(plan: Plan, observer: Observer, state: BatchState, inputs: Inputs) -> ScanResult:
    """Execute one scan. `inputs.arrivals` that have an event of their own come before the scan's decisions."""
    sheet = Sheet(inputs.prefix, first=sum(not isinstance(a, CommandOutcome) for a in inputs.arrivals))
    first = state.state is State.IDLE
    if first:
        state = command(state, Command.START, "batch started", sheet)
    state = receive(plan, observer, state, inputs, sheet)
    scan, state = survey_signals(plan, state, inputs, sheet)
    seen = Seen.of(scan)
    belief = observer.follow(plan, state.belief, seen.usable, inputs.time, first=first)
    state = successor(state, belief=belief)
    state = hold_against(plan, state, seen.usable, inputs.time, sheet)
    state = watch_limits(plan, state, seen, inputs.time, sheet)
    state = look_ahead(plan, observer, state, seen.usable, inputs.time, sheet)
    state = sense(plan, state, seen.usable, inputs.time, sheet)
    state = control(plan, state, seen.usable, inputs.time, sheet)
    state = loops.regulate(plan, state, seen.usable, inputs.time, sheet)
    known = state.belief.states + state.belief.outputs
    facts = Facts(inputs.time, resting_on(plan, state, seen.usable), known, harvest(state, inputs.time))
    state = _progress(plan, state, facts, sheet)
    return _result(state, sheet)


def _progress(plan: Plan, state: BatchState, facts: Facts, sheet: Sheet) -> BatchState:
    """Advance the recipe while the batch runs; end the batch with the recipe, or with the log it follows."""
    if state.state is State.RUNNING:
        before, state = state, recipe.advance(plan, state, facts, sheet)
        if recipe.complete(state) and plan.steers and not owed(plan, state):
            return command(state, Command.DONE, "recipe complete", sheet)
        if recipe.reached(plan, before, state) and not recipe.complete(state):
            return command(state, Command.PAUSE, f"run until {plan.nodes[plan.until].name}", sheet)
        if state.log_ended:
            recipe.stop_steps(plan, state, LOG_ENDED, sheet)
            return command(state, Command.DONE, LOG_ENDED, sheet)
    elif state.state in FINAL:
        recipe.stop_steps(plan, state, f"batch {state.state}", sheet)
    return state


def _result(state: BatchState, sheet: Sheet) -> ScanResult:
    belief = state.belief
    moves = tuple(loop.pid.output for loop in state.loops)
    predicted = belief.states + belief.outputs + belief.more
    quality = _GOOD if belief.sound else _BAD
    foreseen = tuple([number for expected in state.expected for number in expected.numbers])
    known = tuple([_GOOD if n == n else _MISSING for n in foreseen])
    balanced, stand_in = reconciled(state)
    answered, trust = answers(state)
    rungs = tuple([float(RUNGS.index(each.standing.rung)) for each in state.controllers])
    good = (_GOOD,) * (len(moves) + len(rungs))
    return ScanResult(
        state=state,
        decisions=tuple(sheet.decisions),
        outputs=moves + predicted + foreseen + balanced + answered + rungs,
        qualities=good[: len(moves)]
        + (quality,) * len(predicted)
        + known
        + stand_in
        + trust
        + good[: len(rungs)],
    )
