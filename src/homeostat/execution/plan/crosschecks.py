"""Cross-checks: comparisons and balances with every value taken to one unit, and times to whole scans."""

from collections.abc import Mapping
from itertools import compress

from homeostat.errors import MonitoringError, ProcessError
from homeostat.execution.plan.believing import TwinPlan
from homeostat.execution.plan.held import BalancePlan, CrosscheckPlan, PairPlan, TermPlan
from homeostat.execution.plan.steps import micros
from homeostat.monitoring.signals import Balance, Closing, Watch, reconcile, scatter
from homeostat.process import Process, Quantity, convert
from homeostat.process.crosschecks import TWIN, Comparison, MassBalance
from homeostat.twin import model

LONGEST = 24
"""Differences further apart than so many intervals no longer resemble each other (assumption)."""


def resolve_crosschecks(process: Process, twin: TwinPlan) -> CrosscheckPlan:
    """The declared cross-checks. Raises ProcessError for balances that imply each other."""
    monitoring = process.monitoring
    return CrosscheckPlan(
        tuple(_pair(process, twin, pair) for pair in monitoring.compare.values()),
        tuple(_group(process, group) for group in _groups(monitoring.balances)),
    )


def _every(process: Process, every: Quantity) -> int:
    """The interval in µs, as a whole number of scans."""
    scan = micros(process.scan)
    return -(-micros(every) // scan) * scan


def _pair(process: Process, twin: TwinPlan, pair: Comparison) -> PairPlan:
    tags = process.tags
    tag, every = tags[pair.tag], _every(process, pair.every)
    believed = pair.against.startswith(TWIN)
    if believed:
        name = pair.against.removeprefix(TWIN)
        signature = model(twin.model).signature
        units = {q.name: q.unit for q in (*signature.states, *signature.outputs)}
        place, unit, words = list(units).index(name), units[name], f"the twin's {name}"
    else:
        reference = tags[pair.against]
        place, unit, words = list(tags).index(pair.against), reference.unit, reference.title
    offset = convert(0.0, unit, tag.unit)
    watch = Watch(
        tag=pair.tag,
        title=tag.title,
        unit=tag.unit,
        against=words,
        scale=pair.scale.difference(tag.unit),
        centre=pair.centre.difference(tag.unit) if pair.centre else 0.0,
        correlation=pair.correlation,
        longest=LONGEST * every,
    )
    slope = convert(1.0, unit, tag.unit) - offset
    return PairPlan(watch, every, list(tags).index(pair.tag), believed, place, slope, offset)


def _groups(balances: Mapping[str, MassBalance]) -> list[dict[str, MassBalance]]:
    """Balances that share a tag, or share one with a balance between them, in the order of the file."""
    groups: list[dict[str, MassBalance]] = []
    for name, balance in balances.items():
        shared = [
            any(not balance.terms.keys().isdisjoint(other.terms) for other in group.values())
            for group in groups
        ]
        joined = dict[str, MassBalance]()
        for group in compress(groups, shared):
            joined |= group
        joined[name] = balance
        groups = [group for group, own in zip(groups, shared, strict=True) if not own] + [joined]
    return groups


def _group(process: Process, declared: Mapping[str, MassBalance]) -> BalancePlan:
    names = list(dict.fromkeys(tag for balance in declared.values() for tag in balance.terms))
    unit = process.tags[names[0]].unit
    balances = tuple(_balance(process, unit, name, balance) for name, balance in declared.items())
    terms = tuple(_term(process, unit, name) for name in names)
    first = next(iter(declared))
    title = ", ".join(balance.title or name for name, balance in declared.items())
    try:  # once with values for all, so that it cannot fail in a batch
        reconcile(balances, [term.measured([1.0] * len(process.tags)) for term in terms])
    except MonitoringError as error:
        raise ProcessError(error.what, where=f"monitoring.balances.{first}", mend=error.mend) from error
    return BalancePlan(Closing(first, title), _every(process, declared[first].every), balances, terms)


def _balance(process: Process, unit: str, name: str, balance: MassBalance) -> Balance:
    """The balance in the group's unit, which may be larger or smaller than that of its own first tag."""
    return Balance(
        name,
        balance.terms,
        balance.equals.difference(unit) if balance.equals else 0.0,
        balance.tolerance.difference(unit),
    )


def _term(process: Process, unit: str, name: str) -> TermPlan:
    own = process.tags[name].unit
    noise, relative = scatter(process, name)
    offset = convert(0.0, own, unit)
    slope = convert(1.0, own, unit) - offset
    return TermPlan(name, list(process.tags).index(name), slope, offset, noise * slope, relative)
