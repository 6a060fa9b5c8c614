"""A plan in a sentence: what is moved, what that is expected to bring, and what stands against more.

In: the task, the question and its answer. Out: plain English, made from the numbers on record and nothing else, in
the names and units that the task tells them in.
"""

from homeostat.control.predictive.question import Foretold, Planned, Question
from homeostat.control.predictive.task import Task, Term

MOST = 2
"""How many limits are named."""


def sentence(task: Task, question: Question, planned: Planned) -> str:
    """What is done and why."""
    parts = [_moves(task, question, planned), _expected(task, planned)]
    parts += _disturbed(task, question)
    if planned.active:
        named = list(dict.fromkeys([each.limit for each in planned.active]))[:MOST]
        parts.append(f"held back by {' and '.join(named)}")
    if planned.unsure:
        parts.append(f"the chance asked for could not be kept of {' and '.join(planned.unsure)}")
    if len(planned.ends) > 1:
        parts.append(f"best ended at {planned.end:.0f} h")
    return "; ".join(part for part in parts if part) + "."


def _moves(task: Task, question: Question, planned: Planned) -> str:
    inputs = task.signature.inputs
    texts = []
    for name, value in zip(task.moved, planned.moves[0], strict=True):
        before = question.inputs[inputs.index(name)]
        told = task.show(name)
        old, new = (f"{told.value(each):.4g}" for each in (before, value))
        texts.append(
            f"{told.name} stays at {new} {told.unit}"
            if old == new
            else f"{told.name} {old} -> {new} {told.unit}"
        )
    return "At {:.1f} h: {}".format(question.hours, ", ".join(texts))


def _expected(task: Task, planned: Planned) -> str:
    """The first aim that counts at the end, with what it would be without the move."""
    aims = [term for term in task.terms if not term.throughout] or list(task.terms)
    found = next((each for each in planned.foretold if each.quantity == aims[0].quantity), None)
    if found is None:
        return ""
    text = _outcome(task, aims[0], found, planned.end)
    if planned.skipped == planned.without:
        return text
    skipped = task.show(found.quantity).value(found.skipped[-1])
    return f"{text}, {skipped:.4g} if only this move were left out"


def _disturbed(task: Task, question: Question) -> list[str]:
    """What is counted on beside the model: the disturbances as believed, each held over the horizon."""
    parameters, texts = task.signature.parameters, []
    for state, name in task.disturbed.items():
        rate, told = question.parameters[parameters.index(name)], task.show(state)
        if rate:
            texts.append(f"{told.name} {told.factor * rate:+.3g} {told.unit} an hour")
    return [f"counts on {' and '.join(texts)} beside the model"] if texts else []


def _outcome(task: Task, term: Term, found: Foretold, end: float) -> str:
    told = task.show(term.quantity)
    low, high, value, without = [
        f"{told.value(column[-1]):.4g}" for column in (found.low, found.high, found.values, found.without)
    ]
    band = f" ({low} to {high})" if low != high else ""
    return (
        f"expects {term.name} {value}{band} {told.unit} at {end:.0f} h, "
        f"{without} if nothing were moved until then"
    )
