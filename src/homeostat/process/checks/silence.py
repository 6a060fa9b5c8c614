"""What may keep an alarm from being shown: no design silences a critical alarm, or one wherever it would be raised.

In: a rule and the alarms it holds for. Out: faults. A condition on the alarm's own tag is laid over the span in which
the alarm is raised, and over the batch's time: where nothing is left, the alarm is declared and never seen. A
comparison with another tag counts as met where the whole range of that tag meets it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from homeostat.process.alarm_names import limit_alarms
from homeostat.process.alarms import AlarmRule
from homeostat.process.checks.subject import Subject
from homeostat.process.conditions import BATCH_ELAPSED, TIMES, Comparison
from homeostat.process.issues import Fault, Path
from homeostat.process.standing import priority_of
from homeostat.process.units import Quantity, compatible

LONGEST_SHELF = Quantity(7.0, "d")
"""What is silenced for longer is no alarm of a batch that lasts about two weeks (assumption)."""
Span = tuple[float, float]
_ALL_TIME: Span = (0.0, float("inf"))


@dataclass(frozen=True, slots=True)
class _Raised:
    """Where an alarm is raised: of which tag, if any, in which span of its unit."""

    tag: str = ""
    unit: str = "1"
    span: Span = (0.0, 0.0)


def silence(subject: Subject, path: Path, rule: AlarmRule, alarms: Sequence[str]) -> Iterator[Fault]:
    """A fault where `rule` silences one of the `alarms` it holds for beyond what may be."""
    yield from _shelf(path, rule, alarms)
    if not rule.suppressed_while:
        return
    where = (*path, "suppressed_while")
    critical = [alarm for alarm in alarms if priority_of(alarm, rule) == "critical"]
    if critical:
        mend = "remove 'suppressed_while', or give the alarms that may be suppressed a rule of their own"
        yield Fault(where, f"{critical[0]} is critical, and a critical alarm is never suppressed", mend)
        return
    unseen = next((alarm for alarm in alarms if _never_seen(subject, alarm, rule)), None)
    if unseen is not None:
        what = f"{unseen} would be suppressed wherever it is raised"
        yield Fault(where, what, "name a phase, or a condition, in which nobody needs the alarm")


def _shelf(path: Path, rule: AlarmRule, alarms: Sequence[str]) -> Iterator[Fault]:
    shelf = rule.longest_shelf
    if shelf is None or not compatible(shelf.unit, "s"):
        return
    where = (*path, "longest_shelf")
    critical = rule.priority == "critical" or any(priority_of(one, rule) == "critical" for one in alarms)
    if critical and shelf.value > 0.0:
        yield Fault(where, "a critical alarm is never shelved", "remove 'longest_shelf', or write 0 h")
    elif shelf.to("s") > LONGEST_SHELF.to("s"):
        what = f"{shelf} on the shelf is longer than {LONGEST_SHELF}"
        yield Fault(where, what, f"shorten it to {LONGEST_SHELF} at most")


def _never_seen(subject: Subject, alarm: str, rule: AlarmRule) -> bool:
    """Whether the steps and conditions that suppress an alarm leave nothing of where it is raised."""
    steps = {one.step for one in rule.suppressed_while if one.step}
    if steps.issuperset(procedure.name for procedure in subject.process.recipe.procedure):
        return True
    conditions = [one.condition for one in rule.suppressed_while if one.condition is not None]
    given = [parts for condition in conditions for parts in condition.alternatives]
    raised = _raised(subject, alarm)
    known = [own for parts in given if (own := _own(subject, raised, parts)) is not None]
    if not known:
        return False
    told = [part for parts in known for part in parts]
    values = _inside(raised.span, [_bound(raised, part) for part in told if part.name == raised.tag])
    times = _inside(_ALL_TIME, [_bound(raised, part) for part in told if part.name == BATCH_ELAPSED])
    at = [{raised.tag: value, BATCH_ELAPSED: time} for value, time in product(values, times)]
    return all(
        any(all(part.holds(one[part.name], _bound(raised, part)) for part in parts) for parts in known)
        for one in at
    )


def _raised(subject: Subject, alarm: str) -> _Raised:
    for name, parameter, kind, side in limit_alarms(subject.process):
        if name == alarm:
            declared = subject.process.parameters[parameter]
            tag = subject.process.tags.get(declared.tag)
            low, high = getattr(declared, kind)
            bound = low if side == "low" else high
            if tag is None or not all(compatible(one.unit, tag.unit) for one in (bound, *tag.range)):
                return _Raised()
            ends = tag.range[0].to(tag.unit), tag.range[1].to(tag.unit)
            at = bound.to(tag.unit)
            return _Raised(declared.tag, tag.unit, (ends[0], at) if side == "low" else (at, ends[1]))
    return _Raised()


def _own(subject: Subject, raised: _Raised, parts: Sequence[Comparison]) -> tuple[Comparison, ...] | None:
    """What comparisons say of the alarm's own tag and of time; None where they hang on something else as well."""
    kept = tuple(part for part in parts if part.name in {raised.tag, BATCH_ELAPSED})
    others = [part for part in parts if part not in kept]
    if not all(compatible(part.quantity.unit, _unit(raised, part)) for part in kept):
        return None
    return kept if all(_always(subject, part) for part in others) else None


def _always(subject: Subject, part: Comparison) -> bool:
    """Whether a comparison holds over the whole range of a tag; of anything else that is not known."""
    tag = None if part.name in TIMES else subject.process.tags.get(part.name)
    if tag is None or not all(compatible(one.unit, tag.unit) for one in (part.quantity, *tag.range)):
        return False
    return all(part.holds(end.to(tag.unit), part.quantity.to(tag.unit)) for end in tag.range)


def _unit(raised: _Raised, part: Comparison) -> str:
    return "s" if part.name == BATCH_ELAPSED else raised.unit


def _bound(raised: _Raised, part: Comparison) -> float:
    return part.quantity.to(_unit(raised, part))


def _inside(span: Span, cuts: Sequence[float]) -> list[float]:
    """One value between each two neighbours of a span's ends and the cuts that lie in it: what holds there is one.

    A span of no width (a limit at the end of its tag's range) is the one value.
    """
    low, high = span
    if low >= high:
        return [low]
    last = max([cut for cut in cuts if cut < high], default=low)
    end = high if high < float("inf") else max(low, last) + 1.0
    edges = sorted({low, end, *(cut for cut in cuts if low < cut < end)})
    return [0.5 * (one + other) for one, other in pairwise(edges)]
