"""Prompts ask for something that can be answered, and the scripted answer is one of the possible ones."""

import re
from collections.abc import Callable, Iterator, Mapping

from homeostat.errors import UnitError
from homeostat.process.checks.limits import contains, words
from homeostat.process.checks.subject import Subject
from homeostat.process.formulas import formula
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.recipe import MEASURED, Prompt, PromptKind
from homeostat.process.units import Quantity, base

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)

_BELONGS: Mapping[str, tuple[frozenset[PromptKind], str]] = {
    "range": (
        frozenset({"numeric", "ipc", "calculation"}),
        "only a numeric prompt, an ipc or a calculation has a",
    ),
    "choices": (frozenset({"choice"}), "a prompt of the kind {kind} has no"),
    "name": (MEASURED, "only what is a number has a"),
    "expect": (frozenset({"scan"}), "only a scan has"),
    "pattern": (frozenset({"scan"}), "only a scan has a"),
    "material": (frozenset({"scan"}), "only a scan has a"),
    "target": (frozenset({"weigh"}), "only a weight has a"),
    "tolerance": (frozenset({"weigh"}), "only a weight has a"),
    "device": (frozenset({"numeric", "weigh", "ipc"}), "only a numeric prompt, a weight or an ipc has a"),
    "formula": (frozenset({"calculation"}), "only a calculation has a"),
    "not_before": (frozenset({"timer"}), "only a timer has"),
    "not_after": (frozenset({"timer"}), "only a timer has"),
    "meaning": (frozenset({"signature"}), "only a signature has a"),
}
"""Which kinds a field belongs to, and how that is said of another."""


def prompts(subject: Subject) -> Iterator[Fault]:
    """A fault for every prompt that contradicts itself, or reckons with what nobody has entered before."""
    known: dict[str, Quantity] = {}
    for path, phase in subject.phases():
        for i, prompt in enumerate(phase.prompts):
            where: Path = (*path, "prompts", i)
            yield from _misplaced(where, prompt)
            yield from _CHECKS.get(prompt.kind, _nothing)(where, prompt)
            yield from _named(where, prompt, known)
            yield from _material(subject, where, prompt)
            if prompt.name:
                known[prompt.name] = Quantity(1.0, prompt.unit)


def _misplaced(path: Path, prompt: Prompt) -> Iterator[Fault]:
    for field, (kinds, said) in _BELONGS.items():
        if prompt.kind not in kinds and getattr(prompt, field) != Prompt.model_fields[field].default:
            what = f"{said.format(kind=prompt.kind)} {field.replace('_', ' ')}"
            yield Fault((*path, field), what, f"remove '{field}', or use 'kind: {sorted(kinds)[0]}'")


def _nothing(path: Path, prompt: Prompt) -> Iterator[Fault]:
    yield from ()


def _numeric(path: Path, prompt: Prompt) -> Iterator[Fault]:
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


def _ipc(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if prompt.range is None:
        yield Fault(path, "an in-process control needs limits", "add 'range: [low, high]'")
    yield from _numeric(path, prompt)


def _weigh(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if not prompt.device:
        yield Fault(path, "a weight needs the kind of its device", "add 'device: balance'")
    if (prompt.target is None) != (prompt.tolerance is None):
        yield Fault(
            path, "a target and its tolerance go together", "add 'target' and 'tolerance', or neither"
        )
    yield from _numeric(path, prompt)


def _choice(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if not prompt.choices:
        yield Fault(path, "a prompt of the kind choice needs choices", "add 'choices: [first, second]'")
    for answer in prompt.hold:
        if answer not in prompt.choices:
            what = f"{quoted(answer)} shall hold the batch, but is not among the choices"
            yield Fault((*path, "hold"), what, suggestion(answer, prompt.choices))
    if prompt.choices and prompt.answer not in prompt.choices:
        what = f"the answer {quoted(prompt.answer)} is not among the choices"
        yield Fault((*path, "answer"), what, suggestion(prompt.answer, prompt.choices))


def _scan(path: Path, prompt: Prompt) -> Iterator[Fault]:
    wanted = [field for field in ("expect", "pattern", "material") if getattr(prompt, field)]
    if not wanted:
        what = "a scan needs to know what is to be scanned"
        yield Fault(path, what, "add 'expect', 'pattern' or 'material'")
    if prompt.expect and prompt.answer != prompt.expect:
        what = f"the answer {quoted(prompt.answer)} is not the expected code"
        yield Fault((*path, "answer"), what, f"answer {quoted(prompt.expect)}")
    try:
        fits = not prompt.pattern or re.fullmatch(prompt.pattern, prompt.answer)
    except re.error as error:
        yield Fault((*path, "pattern"), f"the pattern cannot be read: {error}", "write a regular expression")
        return
    if not fits:
        what = f"the answer {quoted(prompt.answer)} does not fit the pattern"
        yield Fault((*path, "answer"), what, "answer with a code that fits")


def _timer(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if prompt.not_before is None and prompt.not_after is None:
        yield Fault(path, "a timer needs a time", "add 'not_before: 10 min', 'not_after: 20 min' or both")
    elif prompt.not_before is not None and prompt.not_after is not None:
        apart = base(prompt.not_before.unit)[1] == base(prompt.not_after.unit)[1]
        if apart and prompt.not_before.to(prompt.not_after.unit) > prompt.not_after.value:
            yield Fault((*path, "not_before"), "'not_before' lies after 'not_after'", "put the earlier first")


def _calculation(path: Path, prompt: Prompt) -> Iterator[Fault]:
    if not prompt.formula:
        yield Fault(path, "a calculation needs a formula", "add 'formula: cells / volume'")


def _named(path: Path, prompt: Prompt, known: Mapping[str, Quantity]) -> Iterator[Fault]:
    """A name is given once; a formula is legible, of known names, and its units give the unit of the prompt."""
    if prompt.name and prompt.name in known:
        yield Fault(
            (*path, "name"), f"a second number is called {quoted(prompt.name)}", "choose another name"
        )
    if not prompt.formula:
        return
    where: Path = (*path, "formula")
    try:
        found = formula(prompt.formula)
    except UnitError as error:
        yield Fault(where, error.what, error.mend)
        return
    unknown = [name for name in found.names if name not in known]
    for name in unknown:
        yield Fault(
            where, f"no earlier prompt gives {quoted(name)}", suggestion(name, known, "name a prompt")
        )
    if not unknown:
        yield from _dimension(where, prompt, known)


def _dimension(path: Path, prompt: Prompt, known: Mapping[str, Quantity]) -> Iterator[Fault]:
    try:
        formula(prompt.formula).value(known, prompt.unit)
    except UnitError as error:
        if error.mend:  # else ones in place of the numbers cancel out, which says nothing of the units
            yield Fault(path, error.what, error.mend)


def _material(subject: Subject, path: Path, prompt: Prompt) -> Iterator[Fault]:
    if prompt.material is not None:
        yield from subject.unknown(
            (*path, "material"), "material", prompt.material, subject.process.materials, "materials"
        )


_CHECKS: Mapping[PromptKind, Callable[[Path, Prompt], Iterator[Fault]]] = {
    "numeric": _numeric,
    "ipc": _ipc,
    "weigh": _weigh,
    "choice": _choice,
    "scan": _scan,
    "timer": _timer,
    "calculation": _calculation,
}
