"""What a probe says of one thing that it looked at: that it is as it should be, not due yet, or what is the matter."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that is the matter: the case, what fills the words of its rule, when (µs), and where on record."""

    case: str
    subject: str
    fills: Mapping[str, object] = field(default_factory=dict)
    time: int | None = None
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing that was checked; without `signs` it passed, unless it cannot be judged yet (`due` is False)."""

    signs: tuple[Sign, ...] = ()
    due: bool = True


PASSED = Seen()
NOT_DUE = Seen(due=False)
Probe: TypeAlias = Callable[[Matter, Rule], Iterable[Seen]]
"""Looks at one section, with the limits of a rule."""


def one(case: str, subject: str, time: int | None, events: tuple[str, ...], **fills: object) -> Seen:
    """A thing with one sign."""
    return Seen((Sign(case, subject, fills, time, events),))


def tail(text: str, before: str = ": ") -> str:
    """A text to be added to a sentence, with what joins it; "" adds nothing."""
    return f"{before}{text}" if text else ""


def classed(rule: Rule, text: str, otherwise: str, cause: str = "") -> str:
    """The case of a refusal: its `cause` if the rule knows it; else the one whose names occur in `text`; `otherwise`.

    The words decide only in records from before refusals had a cause.
    """
    if cause in rule.cases:
        return cause
    low = text.lower()
    return next((case for case, words in rule.names.items() if any(word in low for word in words)), otherwise)
