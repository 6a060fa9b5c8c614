"""Evidence of a watcher: what it was learnt from, limits and false alarms of batches left out, what it was used for.

A watcher predicts nothing, so what is asked of predictions is a gap here, with what stands in its place.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from homeostat.monitoring.learning.evidence.common import COMMON, Case, Told, elsewhere, intended
from homeostat.monitoring.package import WatchPackage
from homeostat.monitoring.package.uses import JUDGED, Use

Watching = Case[WatchPackage]


class FalseAlarm(NamedTuple):
    """How often good batches that were left out gave `what`: its share, and the share's 95 % interval."""

    what: str
    share: float
    low: float
    high: float

    def __str__(self) -> str:
        """In words."""
        return (
            f"{self.what} {100 * self.share:.1f} % "
            f"(95 % interval {100 * self.low:.1f} to {100 * self.high:.1f} %)"
        )


def false_alarms(package: WatchPackage) -> tuple[FalseAlarm, ...]:
    """The false alarms that were measured when the watcher was learnt, in that order."""
    values = package.metrics[0].values if package.metrics else {}
    return tuple(
        FalseAlarm(what, share, values[f"{what}, low"], values[f"{what}, high"])
        for what, share in values.items()
        if f"{what}, low" in values and f"{what}, high" in values
    )


def _alarms(case: Watching) -> str:
    return "; ".join(map(str, false_alarms(case.package)))


def _same_bytes(case: Watching) -> Told:
    test = case.package.self_test
    rows = () if test is None else test.rows
    gaps = sum(None in row for row in rows)
    return (
        "met",
        f"self-test of {len(rows)} samples, {gaps} with gaps, reproduced bit for bit at this load; "
        "no BLAS, no random draw in watching",
    )


def _no_generation(case: Watching) -> Told:
    kind = case.package.watcher.model_dump()["kind"]
    return "met", f"the watcher is '{kind}': a fixed function of the samples of a batch so far"


def _intended(case: Watching) -> Told:
    package = case.package
    phases = f", {len(package.watcher.phases)} phases" if package.watcher.phases else ""
    told = f"question and {len(package.inputs)} tags with their ranges, a sample every {package.interval:g} h{phases}"
    return intended(case, f"{told}; no subgroups are told apart")


def _limits(case: Watching) -> Told:
    return "gap", "gap: no acceptance limit on false alarms or on detection was fixed before the test"


def _representative(case: Watching) -> Told:
    batches = sum(_batches(use) for use in _judged(case.uses))
    seen = f"{batches} batches beside those learnt from were judged; " if batches else ""
    return "gap", f"{seen}gap: no batch is known to have gone wrong, so no rate of detection is shown"


def _locked(case: Watching) -> Told:
    groups = case.package.training.groups
    return (
        "gap",
        f"each of {groups} batches was judged by limits and models without it; gap: no test set was locked",
    )


def _generalisation(case: Watching) -> Told:
    if not false_alarms(case.package):
        return "gap", "gap: no figures of batches left out"
    return "partly", f"batches left out in turn: {_alarms(case)}; gap: test plan and results are not signed"


def _drivers(case: Watching) -> Told:
    return (
        "partly",
        "each sample beyond a limit tells the five tags that add most to it; gap: reviewed at approval",
    )


def _undecided(case: Watching) -> Told:
    return (
        "partly",
        "undecided where too little is measured, no phase that is modelled runs, or good batches had ended; "
        "each statistic is told as a share of its limit; gap: no probability goes with a verdict",
    )


def _followed(case: Watching) -> Told:
    if not case.uses:
        return "gap", "gap: no use is on record beside the model"
    judged = _judged(case.uses)
    latest = f", the latest of {judged[-1].when}: {_outcome(judged[-1])}" if judged else ""
    told = f"{len(case.uses)} uses on record, {len(judged)} on other batches than those learnt from{latest}"
    return "partly", f"{told}; gap: which batches went wrong, and triggers for a retest, are the site's"


def _drift(case: Watching) -> Told:
    names = ", ".join(case.package.watcher.statistics)
    return "met", f"this is what it watches: {names} of all its tags, against limits from batches left out"


def _executed(case: Watching) -> Told:
    return "partly", f"{_alarms(case) or 'no figures'}; gap: deviations from a plan are not on file"


def _adequate(case: Watching) -> Told:
    return "gap", "gap: adequacy needs acceptance limits and batches that are known to have gone wrong"


def _alternative(case: Watching) -> Told:
    return (
        "partly",
        "undecided samples are told as such, and the alarms of the tags stand without it; gap: the site's plan",
    )


def _held_out_limits(case: Watching) -> Told:
    alarms = false_alarms(case.package)
    if not alarms:
        return "gap", "gap: no false alarms were measured"
    groups = case.package.training.groups
    return (
        "met",
        f"limits from {groups} batches, each left out in turn (or stretches of a single one): {_alarms(case)}",
    )


def _judged(uses: Sequence[Use]) -> list[Use]:
    return [use for use in uses if use.what == JUDGED and use.results]


def _batches(use: Use) -> int:
    return use.results[0].groups


def _outcome(use: Use) -> str:
    values = use.results[0].values
    told = ", ".join(
        f"{values[name]:.0f} {name}" for name in ("action", "alert", "undecided") if name in values
    )
    return f"{_batches(use)} batches ({told})"


WATCHING: Mapping[str, Callable[[Watching], Told]] = {
    **COMMON,
    "MON-02": _same_bytes,
    "MON-03": _no_generation,
    "MON-05": _intended,
    "MON-07": _limits,
    "MON-08": _representative,
    "MON-09": _locked,
    "MON-10": _generalisation,
    "MON-11": _drivers,
    "MON-12": _undecided,
    "MON-14": _followed,
    "MON-15": _drift,
    "FDA-5": _executed,
    "FDA-7": _adequate,
    "PAT-1": _alternative,
    "OUR-1": _held_out_limits,
    "OUR-2": elsewhere("a watcher tells no value; its figures are the false alarms of OUR-1"),
}
"""What a watcher proves of every requirement, by id."""
