"""Evidence of a live calibration: its samples, its guard and self-test, and how it did beside references in use."""

from collections.abc import Callable, Mapping

from homeostat.monitoring.learning.evidence.common import COMMON, Case, Told, followed_gaps, intended
from homeostat.monitoring.learning.promising import promise_live
from homeostat.monitoring.package import LivePackage
from homeostat.monitoring.package.uses import COMPARED, Use

Live = Case[LivePackage]


def _same_bytes(case: Live) -> Told:
    test = case.package.self_test
    rows = len(test.rows) if test else 0
    return (
        "met",
        f"self-test of {rows} spectra, one with a gap, and an at-line result reproduced bit for bit at this load; "
        "no BLAS, no random draw in reading",
    )


def _no_generation(case: Live) -> Told:
    size = len(case.package.live.calibration.answers)
    return (
        "met",
        f"PLS of {size} components, smoothing and correction: a fixed function of what has come so far",
    )


def _intended(case: Live) -> Told:
    points = len(case.package.headings)
    told = f"question, {points} wavelengths, reportable range {_range(case)}; no subgroups are told apart"
    return intended(case, told)


def _range(case: Live) -> str:
    return f"{case.package.live.low:g} to {case.package.live.high:g} {case.package.unit}".rstrip()


def _limits(case: Live) -> Told:
    return "gap", "gap: no acceptance limit was fixed before the test"


def _representative(case: Live) -> Told:
    used = _compared(case)
    if not used:
        return "gap", "gap: no process with reference values has been scored"
    return (
        "partly",
        f"{_samples(used)} samples of processes in {len({use.table for use in used})} tables, never told; "
        "gap: that they are representative is to be shown",
    )


def _samples(used: list[Use]) -> int:
    """How many samples the latest use of each table was compared with, each once, whatever table it stood in.

    Lines written before samples had digests tell of a table only how many it held.
    """
    latest = {use.table: use for use in used}.values()
    known = {sample for use in latest for sample in use.samples}
    return len(known) + sum(use.results[0].rows for use in latest if not use.samples)


def _locked(case: Live) -> Told:
    return "gap", "gap: no test set was locked; a process scored later is one that the choice never saw"


def _generalisation(case: Live) -> Told:
    if "rmsecv" not in case.whole:
        return "gap", "gap: no figures on samples left out"
    latest = f"; in use: {_outcome(_compared(case)[-1])}" if _compared(case) else ""
    return "partly", f"{_errors(case)}{latest}; gap: test plan and results are not signed"


def _errors(case: Live) -> str:
    values = case.whole
    if "rmsecv" not in values:
        return "no figures"
    return (
        f"left-out samples {values['rmsecv']:.4g}, expected on the first spectra of the process "
        f"{values['expected']:.4g}"
    )


def _drivers(case: Live) -> Told:
    return "partly", "each spectrum that is refused says why; gap: points that drive a value are not told"


def _undecided(case: Live) -> Told:
    coverage, few = 100 * case.package.coverage, promise_live(case.package)
    return (
        "partly",
        f"interval of {coverage:.0f} % by left-out samples with each value, none for a spectrum that is refused; "
        "gap: no decision is made on a limit" + (f"; gap: {few.rstrip('.')}" if few else ""),
    )


def _followed(case: Live) -> Told:
    if not case.uses:
        return "gap", "gap: no use is on record beside the model"
    latest = (
        f", the latest of {_compared(case)[-1].when}: {_outcome(_compared(case)[-1])}"
        if _compared(case)
        else ""
    )
    told = f"{len(case.uses)} uses on record, {len(_compared(case))} beside references{latest}"
    return "partly", f"{told}; {followed_gaps(case)}"


def _drift(case: Live) -> Told:
    return (
        "met",
        "leverage and residual of each spectrum set its expected error: outliers and spectra that say nothing are "
        "refused, at-line results widen and shift what is told",
    )


def _executed(case: Live) -> Told:
    return "partly", f"{_errors(case)}; gap: deviations from a plan are not on file"


def _adequate(case: Live) -> Told:
    return "gap", "gap: adequacy needs acceptance limits and a locked test"


def _alternative(case: Live) -> Told:
    return "partly", "a spectrum that is refused is never answered; gap: the laboratory's plan for that time"


def _held_out_limits(case: Live) -> Told:
    if "rmsecv" not in case.whole:
        return "gap", "gap: no figures on samples left out"
    training = case.package.training
    samples = f"{training.groups} groups of samples" if training.group else f"{training.groups} samples"
    return (
        "partly",
        f"intervals scaled by {samples}, each left out in turn; gap: false refusals are not measured",
    )


def _unseen(case: Live) -> Told:
    used = _compared(case)
    if not used:
        return "gap", "gap: no process that the choice never saw has been scored"
    return (
        "met",
        f"smoothed without looking ahead, at-line samples left out of the score: {_outcome(used[-1])}",
    )


def _compared(case: Live) -> list[Use]:
    return [
        use for use in case.uses if use.what == COMPARED and use.results and "rmsep" in use.results[0].values
    ]


def _outcome(use: Use) -> str:
    values, rows = use.results[0].values, use.results[0].rows
    return f"RMSEP {values['rmsep']:.4g}, coverage {100 * values['coverage']:.1f} % of {rows} samples"


LIVE: Mapping[str, Callable[[Live], Told]] = {
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
"""What a live calibration proves of every requirement, by id."""
