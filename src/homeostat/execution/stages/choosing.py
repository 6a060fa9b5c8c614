"""Selection and loop: whether a step is executed at all, whether a phase runs again, and how either is told.

In: a step of the plan, where it stands, and the facts. Out: judgements and words; nothing here changes the state. Both
conditions are judged once, as soon as what they compare is known: a sensor that is out chooses no branch.
"""

from homeostat.execution.conditions import Facts, judged
from homeostat.execution.plan.steps import Node, PhasePlan
from homeostat.execution.state import BatchState, StepState
from homeostat.ledger.catalogue.recipe import STILL_HOLDS


def due(node: Node, state: BatchState, facts: Facts) -> bool:
    """Whether the turn of an idle step has come: its parent runs, all it comes after is over, its `when` is known."""
    steps = state.steps
    free = node.parent < 0 or steps[node.parent].status == "running"
    if not free or not all(steps[before].over for before in node.after):
        return False
    return node.when is None or judged(node.when.tests, facts, facts.time) is not None


def ruled_out(node: Node, facts: Facts) -> str:
    """Why a step whose turn has come is not executed; empty when it is."""
    if node.when is None or judged(node.when.tests, facts, facts.time):
        return ""
    return f"{node.when.text} did not hold"


def settled(phase: PhasePlan, step: StepState, facts: Facts) -> bool:
    """Whether a phase that waits for nothing else may end; one that may run again has to know whether it does.

    Its run lasts one scan at least: the condition sees what the run did.
    """
    if phase.again is None:
        return True
    if facts.time <= step.since:
        return False
    return step.run >= phase.most or judged(phase.again.tests, facts, step.since) is not None


def runs_again(phase: PhasePlan, step: StepState, facts: Facts) -> bool:
    """Whether a phase that has ended has another run before it."""
    if phase.again is None or step.run >= phase.most:
        return False
    return judged(phase.again.tests, facts, step.since) is True


def beginning(phase: PhasePlan | None, run: int) -> str:
    """The cause that a step begins with."""
    return "start" if phase is None or phase.again is None else _numbered(phase, run)


def ending(phase: PhasePlan | None, step: StepState, facts: Facts) -> str:
    """The cause that a step ends with; of a phase that may run again, whether it does and why."""
    if phase is None or phase.again is None:
        return "condition met" if phase and phase.until else "done"
    return f"{_numbered(phase, step.run)} done; {_verdict(phase, step, facts)}: {phase.again.text}"


def _numbered(phase: PhasePlan, run: int) -> str:
    return f"run {run} of at most {phase.most}"


def _verdict(phase: PhasePlan, step: StepState, facts: Facts) -> str:
    """What was found of a loop's condition at the end of a run."""
    holds = None if phase.again is None else judged(phase.again.tests, facts, step.since)
    runs = f"after {step.run} run{'' if step.run == 1 else 's'}"
    if holds is None:
        return f"whether the condition still holds {runs} is not known"
    if not holds:
        return "the condition holds no more"
    return f"{STILL_HOLDS} {runs}" if step.run >= phase.most else "the condition holds, so it runs again"
