"""The frozen models that ran beside the batch: what was loaded, what they said last, when they decided otherwise."""

from collections.abc import Iterable

from homeostat.quality.model import AnswerLine, BatchRecord, ModelLine
from homeostat.quality.page.markup import Markup, join, tag
from homeostat.quality.page.styles import STYLES
from homeostat.quality.page.tables import chip, code, table, tight
from homeostat.quality.wording import bounds, count, moment, number, quantity

TOLD = 3
"""So many inputs are told of an answer; the JSON record has them all."""
TELLING = 0.01
"""An input that contributes less than this share of the largest is not told."""


def models(record: BatchRecord) -> Markup:
    """The packages with their last answers, and every change of a decision; nothing where no model ran."""
    if not record.models:
        return Markup("")
    changes = [(one.time, line, one) for line in record.models for one in line.changes]
    rows = [_changed(line, one) for _, line, one in sorted(changes, key=lambda change: change[0])]
    return join(
        [
            tag("h3", "Frozen models beside the batch"),
            table("Model packages that were loaded", _LOADED, [_loaded(line) for line in record.models]),
            table("What they said last", _LAST, [_last(line) for line in record.models]),
            table("Changes of their decisions", _CHANGES, rows),
        ]
    )


_LOADED = "Model|Package|For the question|Content hash|Self-test"
_LAST = "Model|Decision|Since>|Value>|Interval"
_CHANGES = "Model|At>|Decision|Value>|Interval|Driven by|Why"


def _loaded(line: ModelLine) -> tuple[Markup | str, ...]:
    use = join([line.question, tag("small", " critical use") if line.critical else ""])
    tested = f"passed, {count(line.tested, 'row')}" if line.tested else "none on record"
    return line.title, line.package, use, code(line.hash), tested


def _last(line: ModelLine) -> tuple[str, ...]:
    return (
        line.title,
        chip(line.decision, STYLES[line.decision]),
        moment(line.since),
        quantity(line.value, line.unit),
        _interval(line.low, line.high, line.unit),
    )


def _changed(line: ModelLine, one: AnswerLine) -> tuple[str, ...]:
    return (
        line.title,
        moment(one.time),
        chip(one.decision, STYLES[one.decision]),
        quantity(one.value, line.unit) if not one.ratios else _ratios(one),
        _interval(one.low, one.high, line.unit),
        _parts(one.drivers),
        _why(one),
    )


def _interval(low: float | None, high: float | None, unit: str) -> Markup:
    return tight("–" if low is None or high is None else bounds(low, high, unit))


def _ratios(one: AnswerLine) -> str:
    """Of one that watches: how far its statistics are from their limits."""
    return ", ".join(f"{number(ratio, 3)} of the limit of {name}" for name, ratio in one.ratios.items())


def _parts(parts: Iterable[tuple[str, float]]) -> str:
    """Inputs with what each contributes, the largest first."""
    listed = list(parts)[:TOLD]
    least = TELLING * max((abs(part) for _, part in listed), default=0.0)
    told = [
        f"{name} {'+' if part > 0 else ''}{number(part, 2)}" for name, part in listed if abs(part) >= least
    ]
    return ", ".join(told) or "–"


def _why(one: AnswerLine) -> str:
    said = [one.reason] if one.reason else []
    if one.outside:
        said.append(f"farthest from what it knows: {_parts(one.strangers)}")
    if one.missing:
        said.append(f"without {', '.join(one.missing)}")
    return "; ".join(said) or "–"
