"""What the laboratory still owes at the end of the recipe, and whether the batch has to wait for it."""

from homeostat.execution.plan.types import Plan
from homeostat.execution.state import BatchState


def owed(plan: Plan, state: BatchState) -> bool:
    """Whether the batch waits for a result: not where models that may stand for it say that all is well.

    Whether they are credible is judged at the release; if they are not, the assay is asked for there.
    """
    for sample, assay in state.awaited:
        models = plan.outstanding.get((plan.nodes[state.samples[sample]].name, assay), ())
        if not models or any(state.sensed[model].decision != "ok" for model in models):
            return True
    return False
