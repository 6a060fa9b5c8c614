"""Prompts ask for something that can be answered, and the scripted answer is one of the possible ones."""

import re
from collections.abc import Iterator

from homeostat.process.checks.limits import contains, words
from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.recipe import Prompt
from homeostat.process.units import Quantity

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)


def prompts(subject: Subject) -> Iterator[Fault]:
    """A fault for every prompt that contradicts itself."""
    for path, phase in subject.phases():
        for i, prompt in enumerate(phase.prompts):
            yield from _CHECKS[prompt.kind]((*path, "prompts", i), prompt)


def _numeric(path: Path, prompt: Prompt) -> Iterator[Fault]:
    yield from _without_choices(path, prompt)
    if not _NUMBER.fullmatch(prompt.answer):
        yield Fault((*path, "answer"), f"the answer {quoted(prompt.answer)} is not a number", _mend(prompt))
        return
    answer = Quantity(float(prompt.answer), prompt.unit)
    if prompt.range is not None and not contains(prompt.range, answer):
        what = f"the answer {answer} is outside the range of the prompt ({words(prompt.range)})"
        yield Fault((*path, "answer"), what, "answer within the range, or widen it")


def _mend(prompt: Prompt) -> str:
    return (
        "answer with a number"
        if prompt.unit == "1"
        else f"answer with a number alone; it is in {prompt.unit}"
    )


def _choice(path: Path, prompt: Prompt) -> Iterator[Fault]:
    yield from _without_range(path, prompt)
    if not prompt.choices:
        yield Fault(path, "a prompt of the kind choice needs choices", "add 'choices: [first, second]'")
    for answer in prompt.hold:
        if answer not in prompt.choices:
            what = f"{quoted(answer)} shall hold the batch, but is not among the choices"
            yield Fault((*path, "hold"), what, suggestion(answer, prompt.choices))
    if prompt.choices and prompt.answer not in prompt.choices:
        what = f"the answer {quoted(prompt.answer)} is not among the choices"
        yield Fault((*path, "answer"), what, suggestion(prompt.answer, prompt.choices))


def _plain(path: Path, prompt: Prompt) -> Iterator[Fault]:
    yield from _without_range(path, prompt)
    yield from _without_choices(path, prompt)


def _without_range(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if prompt.range is not None:
        yield Fault(
            (*path, "range"), "only a numeric prompt has a range", "remove 'range', or use 'kind: numeric'"
        )


def _without_choices(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if prompt.choices:
        what = f"a prompt of the kind {prompt.kind} has no choices"
        yield Fault((*path, "choices"), what, "remove 'choices', or use 'kind: choice'")


_CHECKS = {"numeric": _numeric, "choice": _choice, "confirm": _plain, "instruction": _plain}
