"""A plan in a sentence: what is moved, what that is expected to bring, and what stands against more.

In: the task, the question and its answer. Out: plain English, made from the numbers on record and nothing else.
"""

from homeostat.control.predictive.question import Foretold, Planned, Question
from homeostat.control.predictive.task import Task, Term

MOST = 2
"""How many limits are named."""


def sentence(task: Task, question: Question, planned: Planned) -> str:
    """What is done and why."""
    parts = [_moves(task, question, planned), _expected(task, planned)]
    if planned.active:
        named = list(dict.fromkeys([each.limit for each in planned.active]))[:MOST]
        parts.append(f"held back by {' and '.join(named)}")
    if len(planned.ends) > 1:
        parts.append(f"best ended at {planned.end:.0f} h")
    return "; ".join(part for part in parts if part) + "."


def _moves(task: Task, question: Question, planned: Planned) -> str:
    inputs = task.signature.inputs
    texts = []
    for name, value in zip(task.moved, planned.moves[0], strict=True):
        before = question.inputs[inputs.index(name)]
        unit = inputs[name].unit
        old, new = f"{before:.4g}", f"{value:.4g}"
        texts.append(f"{name} stays at {new} {unit}" if old == new else f"{name} {old} -> {new} {unit}")
    return "At {:.1f} h: {}".format(question.hours, ", ".join(texts))


def _expected(task: Task, planned: Planned) -> str:
    """The first aim that counts at the end, with what it would be without the move."""
    aims = [term for term in task.terms if not term.throughout] or list(task.terms)
    found = next((each for each in planned.foretold if each.quantity == aims[0].quantity), None)
    if found is None:
        return ""
    text = _outcome(task, aims[0], found, planned.end)
    return text if planned.skipped == planned.without else f"{text}, {_left_out(found)}"


def _left_out(found: Foretold) -> str:
    return f"{found.skipped[-1]:.4g} if only this move were left out"


def _outcome(task: Task, term: Term, found: Foretold, end: float) -> str:
    signature = task.signature
    group = signature.states if term.quantity in signature.states.names else signature.outputs
    unit = group[term.quantity].unit
    low, high = f"{found.low[-1]:.4g}", f"{found.high[-1]:.4g}"
    band = f" ({low} to {high})" if low != high else ""
    text = f"expects {term.name} {found.values[-1]:.4g}{band} {unit} at {end:.0f} h"
    return f"{text}, {found.without[-1]:.4g} if nothing were moved until then"
