"""Judging an answer: by the kind of its prompt, by what else is known, and by when it was entered.

In: an open prompt and what was given. Out: why it cannot be accepted, or its number, what a reviewer has to know, and
whether it holds the batch. A measured fact outside its limits is no mistake of the entry: it is accepted, and holds.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

from homeostat.errors import UnitError
from homeostat.execution.plan.steps import MICROSECONDS, micros
from homeostat.execution.state import OpenPrompt
from homeostat.ledger.catalogue import Cause, Entry
from homeostat.process import Prompt, Quantity
from homeostat.process.formulas import formula

COMPUTED = "computed"
"""The answer that leaves a calculation to the software; a number instead has to agree with it."""
AGREEMENT = 1e-3  # by how much of itself a number calculated by hand may differ
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Given(NamedTuple):
    """An answer with what is on record of its entry, the scan's time (µs), and the numbers entered before, by name."""

    answer: str
    entry: Entry | None = None
    time: int = 0
    known: Mapping[str, Quantity] = {}

    @property
    def delay(self) -> int:
        """How long after the event the entry was made (µs)."""
        if self.entry is None:
            return 0
        apart = datetime.fromisoformat(self.entry.entered) - datetime.fromisoformat(self.entry.happened)
        return round(apart.total_seconds() * MICROSECONDS)


class Judged(NamedTuple):
    """Why an answer is refused (empty: accepted), its number, flags for the review, and why it holds the batch.

    `cause` is the kind of a refusal that is more than a slip of the pen: the lot, the source, the signature, the code.
    """

    refusal: str = ""
    value: float | None = None
    flags: tuple[str, ...] = ()
    hold: str = ""
    cause: Cause | None = None


def judge(prompt: OpenPrompt, given: Given) -> Judged:
    """Whether an answer to a prompt can be accepted, and what it says."""
    around = _circumstances(prompt, given)
    if around.refusal:
        return around
    found = _KINDS.get(prompt.kind, _plain)(prompt, given)
    hold = found.hold or (f"was answered: {given.answer}" if given.answer in prompt.hold else "")
    return found._replace(flags=(*around.flags, *found.flags), hold="" if found.refusal else hold)


def same(prompt: OpenPrompt, one: str, other: str) -> bool:
    """Whether two answers say the same: the same number in whatever unit, or the same text."""
    first, second = number(prompt, one), number(prompt, other)
    if isinstance(first, float) and isinstance(second, float):
        return abs(first - second) <= 1e-9 * max(abs(first), abs(second))
    return one == other


def number(prompt: OpenPrompt, answer: str) -> float | str:
    """The number in the prompt's unit that an answer writes (alone, or with a unit), or why it is none."""
    try:
        quantity = Quantity.parse(answer)
        return quantity.value if quantity.unit == "1" else quantity.to(prompt.unit)
    except UnitError as error:
        return error.what


def objected(entry: Entry) -> Judged:
    """The refusal of an entry that something was found against; the first finding names the cause."""
    return Judged("; ".join(entry.objections), cause=next(iter(entry.causes), None))


def _circumstances(prompt: OpenPrompt, given: Given) -> Judged:
    """What an entry is refused for whatever it says, and what is to be told of it."""
    entry, asks = given.entry, prompt.asks
    if entry is None:
        return Judged()
    if entry.objections:
        return objected(entry)
    if given.delay < 0:
        return Judged("the event lies after its entry")
    if asks is not None and asks.device and not entry.source:
        return Judged(f"the {asks.device} that it comes from has to be named", cause="source")
    flags = ["it happened before it was asked"] if given.time - given.delay < prompt.opened else []
    if asks is not None and given.delay > micros(asks.late):
        if not entry.reason.strip():
            return Judged(f"an entry more than {asks.late} after the event needs a reason")
        flags.append(f"late entry: {given.delay / MICROSECONDS / 60:.0f} min after the event")
    return Judged(flags=tuple(flags))


def _plain(prompt: OpenPrompt, given: Given) -> Judged:
    return Judged()


def _text(prompt: OpenPrompt, given: Given) -> Judged:
    return Judged() if given.answer.strip() else Judged("nothing was entered")


def _choice(prompt: OpenPrompt, given: Given) -> Judged:
    if given.answer in prompt.choices:
        return Judged()
    return Judged("the answer is none of: " + ", ".join(prompt.choices))


def _numeric(prompt: OpenPrompt, given: Given) -> Judged:
    value = number(prompt, given.answer)
    if isinstance(value, str):
        return Judged(value)
    outside = _outside(prompt, value)
    return Judged(f"the answer {outside}") if outside else Judged(value=value)


def _outside(prompt: OpenPrompt, value: float) -> str:
    low, high = prompt.low, prompt.high
    if (low is not None and value < low) or (high is not None and value > high):
        return f"lies outside {low:g} to {high:g} {prompt.unit}"
    return ""


def _measured(prompt: OpenPrompt, value: float) -> Judged:
    """A fact: outside its limits it is taken, flagged, and holds the batch."""
    outside = _outside(prompt, value)
    if not outside:
        return Judged(value=value)
    return Judged(value=value, flags=(f"{value:g} {prompt.unit} {outside}",), hold=outside)


def _ipc(prompt: OpenPrompt, given: Given) -> Judged:
    value = number(prompt, given.answer)
    return Judged(value) if isinstance(value, str) else _measured(prompt, value)


def _calculation(prompt: OpenPrompt, given: Given) -> Judged:
    """The software calculates; a number that a person calculated has to agree."""
    try:
        value = formula(_asked(prompt).formula).value(given.known, prompt.unit)
    except UnitError as error:
        return Judged(error.what)
    by_hand = number(prompt, given.answer)
    if isinstance(by_hand, float) and abs(by_hand - value) > AGREEMENT * abs(value):
        return Judged(f"the calculation gives {value:.6g} {prompt.unit}, not {given.answer}")
    if isinstance(by_hand, str) and given.answer not in {COMPUTED, "done"}:
        return Judged(f"answer '{COMPUTED}', or the number that you calculated")
    return _measured(prompt, value)


def _asked(prompt: OpenPrompt) -> Prompt:
    return prompt.asks or Prompt(text="?")


def _scan(prompt: OpenPrompt, given: Given) -> Judged:
    asks = _asked(prompt)
    if not given.answer.strip():
        return Judged("nothing was scanned")
    if asks.expect and given.answer != asks.expect:
        return Judged(f"another code is expected: {asks.expect}", cause="identity")
    if asks.pattern and not re.fullmatch(asks.pattern, given.answer):
        return Judged("the code has not the expected form", cause="identity")
    return Judged()


def _photo(prompt: OpenPrompt, given: Given) -> Judged:
    if given.entry is None or not _DIGEST.fullmatch(given.entry.attachment):
        return Judged("a person has to hand in the photograph's file")
    return _text(prompt, given)


def _timer(prompt: OpenPrompt, given: Given) -> Judged:
    """By when it happened, not by when it was entered: too early is refused, too late is a fact that holds."""
    asks, elapsed = _asked(prompt), given.time - given.delay - prompt.opened
    if asks.not_before is not None and elapsed < micros(asks.not_before):
        return Judged(f"{asks.not_before} have to pass first")
    if asks.not_after is not None and elapsed > micros(asks.not_after):
        late = f"was done later than {asks.not_after} after it was asked"
        return Judged(flags=(late,), hold=late)
    return Judged()


_KINDS: Mapping[str, Callable[[OpenPrompt, Given], Judged]] = {
    "choice": _choice,
    "numeric": _numeric,
    "weigh": _numeric,
    "ipc": _ipc,
    "calculation": _calculation,
    "scan": _scan,
    "sample": _text,
    "photo": _photo,
    "timer": _timer,
}
