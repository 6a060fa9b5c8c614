"""`homeostat twin fit --differs`: what donors have in common, how much they differ, and each donor's own values.

In: what is to be fitted, the names of what differs. Out: tables or JSON. Runs belong to the donor that their table
names; a run that names none is a donor of its own.
"""

from typing import TYPE_CHECKING, Any

from homeostat.cli.failures import say
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.doubted import disagreements, impossible, shortened
from homeostat.cli.twin.fitted import interval, sentences
from homeostat.cli.twin.learning import Task, named
from homeostat.cli.twin.values import OptionError
from homeostat.errors import TwinError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.twin.fit import Identifiability, Interval, Population

ALIKE = "With all donors taken as one:"


def fit_donors(task: Task, differs: str, without: "Sequence[str]", *, as_json: bool) -> None:
    """Learn the population and print it.

    Raises OptionError where `without`, other options, cannot be served. Where there is no population, standard error
    also says what the runs leave open.
    """
    from homeostat.twin.fit import agreement, identifiability

    names = _checked(task, differs, without)
    try:
        found = _fitted(task, names)
    except TwinError:
        _tell_unlearnt(task)
        raise
    report, agreed = identifiability(found.pooled), agreement(found)
    doubts = [*impossible(task.model, task.runs), *disagreements(agreed)]
    if as_json:
        show_json({**_as_object(found, report), "reduced_chi_square": agreed.reduced, "warnings": doubts})
    else:
        _tell(found, report)
        show(*sentences(shortened(doubts)))


def _fitted(task: Task, names: "Sequence[str]") -> "Population":
    from homeostat.cli.twin.bar import counting
    from homeostat.twin.fit import fit_population

    model, runs, learn, options = task.model, task.runs, task.learn, task.options
    with counting(options.starts + 1, "searches") as progress:
        return fit_population(model, runs, learn, names, options, progress=lambda _: progress(1))


def _tell_unlearnt(task: Task) -> None:
    """What cannot be learnt even of all donors together, and the samples that would help, if that is the reason."""
    from homeostat.twin.fit import fit, identifiability

    report = identifiability(fit(task.model, task.runs, task.learn, task.options))
    if report.unlearnt:
        say(ALIKE, *sentences(report.lines()))


def _checked(task: Task, differs: str, without: "Sequence[str]") -> tuple[str, ...]:
    """The names of what differs, before anything is computed."""
    from homeostat.twin.fit import Scale

    where = f"--differs {differs}"
    if without:
        mend = f"leave out {' and '.join(without)}, or fit all runs alike, without --differs"
        raise OptionError(
            f"{without[0]} is only for a fit in which all runs are alike", where=where, mend=mend
        )
    names = named(differs, task, "--differs")
    for each in task.learn:
        if each.name in names and "@" in each.name:
            mend = f"name {each.base}, which every run has"
            raise OptionError(
                f"{each.name} is of one run, and cannot differ between donors", where=where, mend=mend
            )
        if each.name in names and each.scale is not Scale.LOG10:
            mend = f"give it a lower bound above 0: --fit {each.name}=LOW:HIGH"
            raise OptionError(
                f"{each.name} may be 0, so its spread cannot be a share of it", where=where, mend=mend
            )
    donors = dict.fromkeys(run.donor for run in task.runs)
    if len(donors) < 2:
        mend = "name the donors of the runs in a column `donor`, which a map tells by `donor:`"
        raise OptionError(f"all runs are of one donor, {next(iter(donors))}", where=where, mend=mend)
    return names


def _tell(found: "Population", report: "Identifiability") -> None:
    pooled = found.pooled
    runs = pooled.problem.runs
    head = (
        f"{pooled.problem.model.__name__}: {pooled.observations} values of {len(runs)} runs of "
        f"{len(found.donors)} donors; settled after {found.rounds} round{'s' if found.rounds > 1 else ''}"
    )
    untold = [
        f"these donors do not tell how much {name} differs between donors"
        for name, ends in found.spread_intervals.items()
        if None in ends
    ]
    show(head, _population(found), _donors(found), "", *sentences(untold))
    show(ALIKE, *sentences(report.lines()))


def _population(found: "Population") -> Table:
    rows = [
        (
            each.name,
            number(found.typical[each.name]),
            interval(*found.intervals[each.name]),
            each.unit,
            _share(found.spread.get(each.name)),
            _shares(found.spread_intervals.get(each.name)),
        )
        for each in found.free
    ]
    columns = ("quantity", "typical", "90 % interval", "unit", "spread", "its 90 % interval")
    return Table("Population", columns, rows, frozenset({"typical", "spread"}))


def _donors(found: "Population") -> Table:
    units = {each.name: each.unit for each in found.free}
    rows = [
        (
            donor.name,
            ", ".join(_runs(found, donor.name)),
            name,
            number(donor.values[name]),
            interval(*donor.intervals[name]),
            units[name],
        )
        for donor in found.donors
        for name in found.spread
    ]
    columns = ("donor", "runs", "quantity", "estimate", "90 % interval", "unit")
    return Table("Donors", columns, rows, frozenset({"estimate"}))


def _runs(found: "Population", donor: str) -> list[str]:
    return [run.name for run in found.pooled.problem.runs if run.donor == donor]


def _share(spread: float | None) -> str:
    return "none" if spread is None else f"{100.0 * spread:.3g} %"


def _shares(ends: "Interval | None") -> str:
    if ends is None:
        return ""
    low, high = ends
    return "not told" if low is None or high is None else f"{_share(low)} to {_share(high)}"


def _as_object(found: "Population", report: "Identifiability") -> dict[str, Any]:
    told = found.to_json()
    return {
        "model": found.pooled.problem.model.__name__,
        "differs": list(found.spread),
        **told,
        "donors": [{**each, "runs": _runs(found, each["name"])} for each in told["donors"]],
        "pooled": {**found.pooled.to_json(), "identifiability": report.to_json()},
    }
