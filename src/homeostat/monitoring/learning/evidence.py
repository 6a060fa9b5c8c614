"""What a package and its record of uses prove of each requirement: met, partly, or a gap that is named.

In: a `Case`. Out: status and evidence in words, by the id of the requirement. What a file cannot show (people, sites,
procedures) is a gap here, however well it is done elsewhere.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from homeostat.monitoring.package import Metrics, Package
from homeostat.monitoring.package.metrics import Judged
from homeostat.monitoring.package.uses import COMPARED, LOCKED_TEST, Use

Status = Literal["met", "partly", "gap"]
Told = tuple[Status, str]


@dataclass(frozen=True, eq=False)
class Case:
    """The package, the record of its uses, and its acceptance limits held against the latest locked test."""

    package: Package
    uses: tuple[Use, ...]
    judged: tuple[Judged, ...]

    @property
    def tests(self) -> tuple[Use, ...]:
        """The uses of the locked test set."""
        return tuple(use for use in self.uses if use.what == LOCKED_TEST)

    @property
    def whole(self) -> Mapping[str, float]:
        """The figures over all rows held out."""
        return self.package.metrics[0].values if self.package.metrics else {}


def _frozen(case: Case) -> Told:
    use = case.package.use
    kind = "critical" if use.critical else "not critical"
    return (
        "met",
        f"content hash {case.package.content_hash[:16]}... checked at load; adaptive: {use.adaptive}, use: {kind}",
    )


def _same_bytes(case: Case) -> Told:
    test = case.package.self_test
    rows = len(test.rows) if test else 0
    return (
        "met",
        f"self-test of {rows} rows reproduced bit for bit at this load; no BLAS, no random draw in scoring",
    )


def _no_generation(case: Case) -> Told:
    return "met", f"the form is '{case.package.form.model_dump()['kind']}': a fixed function of the inputs"


def _intended(case: Case) -> Told:
    package = case.package
    groups = sum(1 for each in package.metrics if each.subgroup)
    told = f"question and {len(package.inputs)} inputs with their ranges, {groups} subgroups"
    if package.signature is None:
        return "partly", f"{told}; gap: not signed by a process expert"
    return "met", f"{told}; signed by {package.signature.by}, key {package.signature.key[:16]}..."


def _limits(case: Case) -> Told:
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


def _representative(case: Case) -> Told:
    if not case.tests or not case.tests[-1].results:
        return "gap", "gap: no test set has been scored"
    values, rows = case.tests[-1].results[0].values, case.tests[-1].results[0].rows
    span = f"coverage {_share(values, 'coverage_low')} to {_share(values, 'coverage_high')}"
    return (
        "partly",
        f"{rows} rows, {span}; gap: that it is representative and its labels verified is to be shown",
    )


def _locked(case: Case) -> Told:
    locked = case.package.locked_test
    if locked is None:
        return "gap", "gap: no test set was locked (train with --test or --test-share)"
    told = f"{locked.rows} rows, SHA-256 {locked.sha256[:16]}..., used {len(case.tests)} times"
    if not locked.group:
        return "partly", f"{told}; gap: no column tells groups in both tables (train with --group)"
    return "met", f"{told}; {locked.groups} groups of '{locked.group}', none of which was learnt from"


def _generalisation(case: Case) -> Told:
    if "rmsep" not in case.whole:
        return "gap", "gap: no figures on rows held out"
    inner = next((each.get("rmse held out") for each in case.package.tried if "chosen" in each), None)
    told = (
        f"nested cross-validation {case.whole['rmsep']:.4g}, search {inner:.4g}"
        if inner
        else _errors(case.whole)
    )
    return "partly", f"{told}; gap: test plan and results are not signed"


def _drivers(case: Case) -> Told:
    return (
        "partly",
        "each verdict tells the inputs that drove it and those that are strange; gap: reviewed at approval",
    )


def _undecided(case: Case) -> Told:
    interval = case.package.interval
    share = (
        f"; undecided on rows held out: {_share(case.whole, 'undecided')}"
        if "undecided" in case.whole
        else ""
    )
    return (
        "met",
        f"interval of {100 * interval.coverage:.0f} % with each value; undecided where it holds the limit{share}",
    )


def _unchanged(case: Case) -> Told:
    return (
        "partly",
        "hash and self-test at each load refuse a changed file; gap: change control is the site's",
    )


def _followed(case: Case) -> Told:
    if not case.uses:
        return "gap", "gap: no use is on record beside the model"
    compared = [use for use in case.uses if use.what == COMPARED and use.results]
    latest = f", the latest of {compared[-1].when}: {_figures(compared[-1])}" if compared else ""
    told = f"{len(case.uses)} uses on record, {len(compared)} against references that came later{latest}"
    return "partly", f"{told}; gap: triggers for a retest are the site's"


def _figures(use: Use) -> str:
    values = use.results[0].values
    error = f"RMSEP {values['rmsep']:.4g}" if "rmsep" in values else "no value told"
    return f"{error}, coverage {_share(values, 'coverage')} of {use.results[0].rows} rows"


def _drift(case: Case) -> Told:
    space = case.package.space
    if space is None:
        return "gap", "gap: the model has no input space"
    limit = space.limit
    told = f"T² <= {limit.t2:.4g}, SPE <= {limit.spe:.4g}: {100 * limit.level:.0f} % of {space.rows} held-out rows"
    return "met", f"{told}; beyond, the answer is undecided"


def _question(case: Case) -> Told:
    return "met", case.package.use.question


def _context(case: Case) -> Told:
    context = case.package.use.context
    return ("met", context) if context else ("gap", "gap: no context of use is told (train with --context)")


def _risk(case: Case) -> Told:
    use = case.package.use
    return (
        "partly",
        f"influence {use.influence}, consequence {use.consequence} (declared); gap: the assessment behind it",
    )


def _plan(case: Case) -> Told:
    training = case.package.training
    data = f"{training.rows} rows, {training.groups} groups, SHA-256 {training.sha256[:16]}..."
    told = f"{data}; {len(case.package.tried)} entries of what was tried"
    return "partly", f"{told}; gap: a plan approved beforehand"


def _executed(case: Case) -> Told:
    return "partly", f"{_errors(case.whole)}; gap: deviations from a plan are not on file"


def _report(case: Case) -> Told:
    return "partly", "this report; gap: deviations and approval"


def _adequate(case: Case) -> Told:
    if not case.judged or not case.tests:
        return "gap", "gap: adequacy needs acceptance limits and a locked test"
    good = all(each.passed for each in case.judged)
    return (
        "partly",
        f"limits in the locked test {'hold' if good else 'do not hold'}; gap: the judgement of the owner",
    )


def _trail(case: Case) -> Told:
    return (
        "partly",
        f"{len(case.uses)} uses in a hash-chained record beside the model; gap: in a batch the ledger keeps it",
    )


def _impact(case: Case) -> Told:
    use = case.package.use
    return (
        "partly",
        f"consequence {use.consequence}, critical: {use.critical}; gap: validation depth chosen by it",
    )


def _alternative(case: Case) -> Told:
    return "partly", "undecided and out-of-space rows are never answered; gap: the laboratory's plan for them"


def _held_out_limits(case: Case) -> Told:
    space = case.package.space
    if space is None:
        return "gap", "gap: the model has no input space"
    return (
        "partly",
        f"limits from {space.rows} rows held out; "
        f"stated false alarms {100 * (1 - space.limit.level):.0f} %; gap: measured on new batches",
    )


def _unseen(case: Case) -> Told:
    if "rmsep" not in case.whole:
        return "gap", "gap: no figures on rows held out"
    return "met", f"raw: {_errors(case.whole)}; no filter is applied"


def _errors(values: Mapping[str, float]) -> str:
    names = (("rmsep", "RMSEP"), ("bias", "bias"))
    told = [f"{label} {values[name]:.4g}" for name, label in names if name in values]
    return ", ".join([*told, f"coverage {_share(values, 'coverage')}"]) + " on rows held out"


def _share(values: Mapping[str, float], name: str) -> str:
    return f"{100 * values[name]:.1f} %" if name in values else "not known"


def _elsewhere(what: str) -> Callable[[Case], Told]:
    return lambda case: ("gap", f"gap: {what}")


EVIDENCE: Mapping[str, Callable[[Case], Told]] = {
    "MON-01": _frozen,
    "MON-02": _same_bytes,
    "MON-03": _no_generation,
    "MON-04": _elsewhere("roles, qualification and supplier documents are kept by the site"),
    "MON-05": _intended,
    "MON-06": _elsewhere("duties and training of operators are kept by the site"),
    "MON-07": _limits,
    "MON-08": _representative,
    "MON-09": _locked,
    "MON-10": _generalisation,
    "MON-11": _drivers,
    "MON-12": _undecided,
    "MON-13": _unchanged,
    "MON-14": _followed,
    "MON-15": _drift,
    "MON-16": _elsewhere("reviews and overrides stand in the ledger of each batch, not in the model"),
    "FDA-1": _question,
    "FDA-2": _context,
    "FDA-3": _risk,
    "FDA-4": _plan,
    "FDA-5": _executed,
    "FDA-6": _report,
    "FDA-7": _adequate,
    "A11-1": _trail,
    "A11-2": _elsewhere("identities, access, backup and supplier oversight are the site's"),
    "A11-3": _elsewhere("alarms are kept by the ledger of each batch, not by the model"),
    "A1-1": _elsewhere("particle monitoring of the cleanroom is outside a prediction model"),
    "A1-2": _elsewhere("environmental levels and trends are outside a prediction model"),
    "A1-3": _elsewhere(
        "sample volumes and the contamination control strategy are outside a prediction model"
    ),
    "ICH-1": _elsewhere(
        "the place of the model in design space and established conditions is the owner's to state"
    ),
    "ICH-2": _impact,
    "PAT-1": _alternative,
    "OUR-1": _held_out_limits,
    "OUR-2": _unseen,
}


def results(case_uses: tuple[Use, ...]) -> tuple[Metrics, ...]:
    """The results of the latest locked test."""
    tests = [use for use in case_uses if use.what == LOCKED_TEST and use.results]
    return tests[-1].results if tests else ()
