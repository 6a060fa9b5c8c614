"""Cross-checks name what can be compared: sensors with references of their kind, balances over tags of known noise."""

from collections.abc import Iterable, Iterator

from homeostat.process.checks.observed import longer
from homeostat.process.checks.subject import Subject
from homeostat.process.crosschecks import TWIN, Comparison, MassBalance
from homeostat.process.issues import Fault, Path, quoted
from homeostat.process.units import Quantity, compatible

MOST = 12
"""Balances that can be judged at once: as far as the table of the global test goes."""


def crosschecked(subject: Subject) -> Iterator[Fault]:
    """A fault for every comparison and balance that could not be charted, or that would say nothing."""
    charted = dict[str, str]()
    for name, pair in subject.process.monitoring.compare.items():
        path: Path = ("monitoring", "compare", name)
        yield from _sensor(subject, path, pair)
        yield from _reference(subject, path, pair)
        yield from _fresh(subject, path, (pair.tag, pair.against), pair.every)
        if pair.tag in charted:
            what = f"{quoted(pair.tag)} is held against something already, in {quoted(charted[pair.tag])}"
            yield Fault((*path, "tag"), what, "name the other tag of the pair, or leave one comparison out")
        charted.setdefault(pair.tag, name)
    for name, balance in subject.process.monitoring.balances.items():
        path = ("monitoring", "balances", name)
        yield from _terms(subject, path, balance)
        yield from _fresh(subject, path, balance.terms, balance.every)
    yield from _together(subject)


def _sensor(subject: Subject, path: Path, pair: Comparison) -> Iterator[Fault]:
    tags = subject.process.tags
    yield from subject.unknown((*path, "tag"), "tag", pair.tag, tags, "units")
    if pair.tag in tags and tags[pair.tag].kind == "actuator":
        what = f"{quoted(pair.tag)} is an actuator, and an actuator does not drift: it is told"
        yield Fault((*path, "tag"), what, "name the sensor, and the actuator in 'against'")


def _reference(subject: Subject, path: Path, pair: Comparison) -> Iterator[Fault]:
    """The reference is another tag of the same kind of unit, or of the twin what does not follow the sensor's bias."""
    tags, observer = subject.process.tags, subject.process.twin.observer
    where = (*path, "against")
    if pair.against.startswith(TWIN):
        fused = observer.tags.get(pair.tag) if observer else None
        if fused is not None and fused.bias is not None:
            what = f"the observer estimates the bias of {quoted(pair.tag)} already, so the twin follows its drift"
            yield Fault(where, what, "leave the comparison out, or the bias in twin.observer.tags")
        return
    yield from subject.unknown(where, "tag", pair.against, tags, "units")
    if pair.against == pair.tag:
        yield Fault(where, f"{quoted(pair.tag)} is held against itself", "name what it should agree with")
    elif pair.tag in tags and pair.against in tags:
        yield from _same_kind(where, pair.against, tags[pair.against].unit, tags[pair.tag].unit)


def _same_kind(path: Path, name: str, unit: str, wanted: str) -> Iterator[Fault]:
    if not compatible(unit, wanted):
        yield Fault(
            path, f"{quoted(name)} is in {unit}, which does not fit {wanted}", f"name a tag in {wanted}"
        )


def _terms(subject: Subject, path: Path, balance: MassBalance) -> Iterator[Fault]:
    """Every term is a tag whose noise is known, in a unit of the first one's kind, with a factor."""
    tags, first = subject.process.tags, next(iter(balance.terms))
    for name, factor in balance.terms.items():
        where = (*path, "terms", name)
        yield from subject.unknown(where, "tag", name, tags, "units")
        if factor == 0.0:
            yield Fault(where, f"{quoted(name)} has the factor 0", "leave it out")
        if name in tags and not known_noise(subject, name):
            what = (
                f"nothing tells how far {quoted(name)} scatters, so it cannot be weighed against the others"
            )
            yield Fault(where, what, "declare its noise, such as noise: 0.5 mL/h")
        if name in tags and first in tags:
            yield from _same_kind(where, name, tags[name].unit, tags[first].unit)


def _fresh(subject: Subject, path: Path, names: Iterable[str], every: Quantity) -> Iterator[Fault]:
    """Every look needs a new sample: one that is looked at several times would count as many."""
    for name in names:
        tag = subject.process.tags.get(name)
        if tag is not None and tag.every is not None and longer(tag.every, every):
            what = (
                f"{quoted(name)} is measured every {tag.every} only: one value would be judged several times"
            )
            yield Fault((*path, "every"), what, f"look at most as often: every {tag.every}")
            return


def known_noise(subject: Subject, name: str) -> bool:
    """Whether the tag's noise is declared, with it or for the observer."""
    observer = subject.process.twin.observer
    return subject.process.tags[name].noise is not None or (observer is not None and name in observer.tags)


def _together(subject: Subject) -> Iterator[Fault]:
    """Balances are judged together: at one time and not too many, each of them saying something of its own."""
    balances = list(subject.process.monitoring.balances.items())
    for position, (name, balance) in enumerate(balances):
        path: Path = ("monitoring", "balances", name)
        before = [one for one in balances[:position] if not balance.terms.keys().isdisjoint(one[1].terms)]
        times = ((one, each.every, balance.every) for one, each in before)
        other = next((one for one, its, own in times if longer(its, own) or longer(own, its)), None)
        if other is not None:
            what = f"{quoted(name)} shares a tag with {quoted(other)} and is judged at other times"
            yield Fault((*path, "every"), what, "give both the same 'every'")
    if len(balances) > MOST:
        what = f"there are {len(balances)} balances"
        yield Fault(("monitoring", "balances", balances[MOST][0]), what, f"declare at most {MOST}")
