"""A plan made again from its event alone: what was believed goes in, and everything that was told has to come out.

In: a batch's record and one of its plans. Out: what differs. A replay does the same from the readings on; this begins
at the belief on record, so that a single move can be checked by itself.
"""

from homeostat.control.predictive.planner import planner
from homeostat.errors import ExecutionError
from homeostat.execution.batch import recall_plan, recall_start
from homeostat.execution.models import recall_models
from homeostat.execution.plan import Plan
from homeostat.execution.steering import Asked, course, planned_event, recalled
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import MovePlanned


def again(ledger: Ledger, batch: str, fact: MovePlanned) -> tuple[str, ...]:
    """The fields of a plan that come out otherwise; none where it is the same in every bit.

    Raises ExecutionError where the batch is unknown, or the event is of a version that did not tell all it rests on.
    """
    events = {recorded.event.id: recorded for recorded in ledger.events(batch=batch)}
    plan = recall_plan(recall_start(events, batch), recall_models(events.values()))
    return compared(plan, fact)


def compared(plan: Plan, fact: MovePlanned) -> tuple[str, ...]:
    """The fields that come out otherwise under the resolved process."""
    controller = next(each for each in plan.controllers if each.name == fact.controller)
    try:
        question = recalled(controller, fact)
    except KeyError as missing:
        raise ExecutionError(
            f"the event does not say what was believed of {missing}", mend="see: homeostat replay"
        ) from missing
    answer = planner(controller.task).answer(question)
    if answer.planned is None:
        return ("status",)
    way = course(controller, fact.made, answer.planned)
    asked = Asked(question, fact.authority, fact.before)
    found = planned_event(plan, controller, asked, answer.planned, way)
    return tuple([name for name, value in found if value != getattr(fact, name)])
