"""Evidence of a model that tells a value: its figures on rows held out, its limits, its locked test, its intervals."""

from collections.abc import Callable, Mapping

from homeostat.monitoring.learning.evidence.common import COMMON, Case, Told, followed_gaps, intended
from homeostat.monitoring.learning.promising import promise
from homeostat.monitoring.package import Package
from homeostat.monitoring.package.uses import COMPARED, Use

Predicting = Case[Package]


def _same_bytes(case: Predicting) -> Told:
    test = case.package.self_test
    rows = len(test.rows) if test else 0
    return (
        "met",
        f"self-test of {rows} rows reproduced bit for bit at this load; no BLAS, no random draw in scoring",
    )


def _no_generation(case: Predicting) -> Told:
    return "met", f"the form is '{case.package.form.model_dump()['kind']}': a fixed function of the inputs"


def _intended(case: Predicting) -> Told:
    package = case.package
    groups = sum(1 for each in package.metrics if each.subgroup)
    return intended(case, f"question and {len(package.inputs)} inputs with their ranges, {groups} subgroups")


def _limits(case: Predicting) -> Told:
    if not case.package.acceptance:
        return "gap", "gap: no acceptance limit was fixed (train with --accept)"
    failed = [f"{each.acceptance.metric} {each.subgroup or 'all'}" for each in case.judged if not each.passed]
    told = f"{len(case.package.acceptance)} limits frozen with the model"
    if not case.tests:
        return "partly", f"{told}; gap: not yet tested"
    return (
        ("partly", f"{told}; not held: {', '.join(failed)}")
        if failed
        else ("met", f"{told}; all hold in the test")
    )


def _representative(case: Predicting) -> Told:
    if not case.tests or not case.tests[-1].results:
        return "gap", "gap: no test set has been scored"
    values, rows = case.tests[-1].results[0].values, case.tests[-1].results[0].rows
    span = f"coverage {_share(values, 'coverage_low')} to {_share(values, 'coverage_high')}"
    return (
        "partly",
        f"{rows} rows, {span}; gap: that it is representative and its labels verified is to be shown",
    )


def _locked(case: Predicting) -> Told:
    locked = case.package.locked_test
    if locked is None:
        return "gap", "gap: no test set was locked (train with --test or --test-share)"
    told = f"{locked.rows} rows, SHA-256 {locked.sha256[:16]}..., used {len(case.tests)} times"
    if not locked.group:
        return "partly", f"{told}; gap: no column tells groups in both tables (train with --group)"
    return "met", f"{told}; {locked.groups} groups of '{locked.group}', none of which was learnt from"


def _generalisation(case: Predicting) -> Told:
    if "rmsep" not in case.whole:
        return "gap", "gap: no figures on rows held out"
    inner = next((each.get("rmse held out") for each in case.package.tried if "chosen" in each), None)
    told = (
        f"nested cross-validation {case.whole['rmsep']:.4g}, search {inner:.4g}"
        if inner
        else _errors(case.whole)
    )
    return "partly", f"{told}; gap: test plan and results are not signed"


def _drivers(case: Predicting) -> Told:
    return (
        "partly",
        "each verdict tells the inputs that drove it and those that are strange; gap: reviewed at approval",
    )


def _undecided(case: Predicting) -> Told:
    interval = case.package.interval
    share = (
        f"; undecided on rows held out: {_share(case.whole, 'undecided')}"
        if "undecided" in case.whole
        else ""
    )
    told = f"interval of {100 * interval.coverage:.0f} % with each value"
    if case.package.rule is None and not case.package.classes and case.package.space is None:
        return "partly", f"{told}; gap: neither a rule nor an input space could leave a row undecided"
    told = f"{told}; undecided {' and '.join(_why_undecided(case))}{share}"
    few = promise(case.package)
    return ("met", told) if few is None else ("partly", f"{told}; gap: {few.rstrip('.')}")


def _why_undecided(case: Predicting) -> list[str]:
    package = case.package
    asked = package.rule is not None or package.classes
    limit = (
        "where its margin leaves either side of the limit" if package.ruling else "where it holds the limit"
    )
    decides = [limit] if asked else []
    return [*decides, *([] if package.space is None else ["outside the input space"])]


def _followed(case: Predicting) -> Told:
    if not case.uses:
        return "gap", "gap: no use is on record beside the model"
    compared = [use for use in case.uses if use.what == COMPARED and use.results]
    latest = f", the latest of {compared[-1].when}: {_figures(compared[-1])}" if compared else ""
    told = f"{len(case.uses)} uses on record, {len(compared)} against references{latest}"
    return "partly", f"{told}; {followed_gaps(case)}"


def _figures(use: Use) -> str:
    values = use.results[0].values
    error = f"RMSEP {values['rmsep']:.4g}" if "rmsep" in values else "no value told"
    return f"{error}, coverage {_share(values, 'coverage')} of {use.results[0].rows} rows"


def _drift(case: Predicting) -> Told:
    space = case.package.space
    if space is None:
        return "gap", "gap: the model has no input space"
    limit = space.limit
    told = f"T² <= {limit.t2:.4g}, SPE <= {limit.spe:.4g}: {100 * limit.level:.0f} % of {space.rows} held-out rows"
    return "met", f"{told}; beyond, the answer is undecided"


def _executed(case: Predicting) -> Told:
    return "partly", f"{_errors(case.whole)}; gap: deviations from a plan are not on file"


def _adequate(case: Predicting) -> Told:
    if not case.judged or not case.tests:
        return "gap", "gap: adequacy needs acceptance limits and a locked test"
    good = all(each.passed for each in case.judged)
    return (
        "partly",
        f"limits in the locked test {'hold' if good else 'do not hold'}; gap: the judgement of the owner",
    )


def _alternative(case: Predicting) -> Told:
    return "partly", "undecided and out-of-space rows are never answered; gap: the laboratory's plan for them"


def _held_out_limits(case: Predicting) -> Told:
    space = case.package.space
    if space is None:
        return "gap", "gap: the model has no input space"
    return (
        "partly",
        f"limits from {space.rows} rows held out; "
        f"stated false alarms {100 * (1 - space.limit.level):.0f} %; gap: measured on new batches",
    )


def _unseen(case: Predicting) -> Told:
    if "rmsep" not in case.whole:
        return "gap", "gap: no figures on rows held out"
    return "met", f"raw: {_errors(case.whole)}; no filter is applied"


def _errors(values: Mapping[str, float]) -> str:
    names = (("rmsep", "RMSEP"), ("bias", "bias"))
    told = [f"{label} {values[name]:.4g}" for name, label in names if name in values]
    return ", ".join([*told, f"coverage {_share(values, 'coverage')}"]) + " on rows held out"


def _share(values: Mapping[str, float], name: str) -> str:
    return f"{100 * values[name]:.1f} %" if name in values else "not known"


PREDICTING: Mapping[str, Callable[[Predicting], Told]] = {
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
    "OUR-2": _unseen,
}
"""What a model that predicts proves of every requirement, by id."""
