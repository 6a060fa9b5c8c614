"""Why a model says what it says: every input's share in one row's value; and what a model or watcher is, in facts."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from homeostat.monitoring.frozen import Form, lead_back, run_through
from homeostat.monitoring.learning.evidence import false_alarms
from homeostat.monitoring.learning.promising import promise, promise_live
from homeostat.monitoring.learning.scoring import inputs, range_of
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.unknown import judged
from homeostat.monitoring.package import LivePackage, Package, Training, WatchPackage
from homeostat.monitoring.prediction import Ruling, Verdict
from homeostat.monitoring.spectra import Live


@dataclass(frozen=True, slots=True)
class Explained:
    """A verdict; `parts` are (input, value given or None, contribution), the largest first, and sum to the value
    less `reference`."""

    line: int
    verdict: Verdict
    reference: float
    parts: tuple[tuple[str, float | None, float], ...]


def explain(package: Package, table: Table, row: int) -> Explained:
    """Explain row `row` (from 0) of the table. Raises MonitoringError where the table lacks inputs."""
    columns = inputs(package, table)
    x = np.stack([columns[name][[row]] for name in package.names], axis=1)
    stages = run_through(package.steps, x)
    parts = lead_back(package.steps, stages, package.form.contributions(stages[-1]))[0].tolist()
    given = [value if value == value else None for value in x[0].tolist()]
    named = sorted(zip(package.names, given, parts, strict=True), key=lambda each: -abs(each[2]))
    return Explained(
        table.sheet.lines[row], judged(package, table, columns)[row], package.form.reference, tuple(named)
    )


def described(package: Package) -> dict[str, Any]:
    """The model in facts: purpose, what it was learnt from, how it computes, how good it was on rows held out."""
    values = package.metrics[0].values if package.metrics else {}
    return {
        "name": package.name,
        "version": package.version,
        "hash": package.content_hash,
        "question": package.use.question,
        "context": package.use.context,
        "critical": "yes" if package.use.critical else "no",
        "target": f"{package.target} {package.unit}".strip(),
        "rule": str(package.rule) if package.rule else "none",
        "classes": " or ".join(package.classes) if package.classes else "none",
        "chosen": str(package.tried[0].get("chosen", "")) if package.tried else "",
        "steps": ", ".join(step.model_dump()["kind"] for step in package.steps) or "none",
        "form": kind(package.form),
        **{f"labels of {name}": ", ".join(labels) for name, labels in package.labels.items()},
        "learnt from": _rows(package.training),
        "notes": package.training.note,
        "interval": f"{100 * package.interval.coverage:.0f} %: {package.interval.method}",
        **({} if promise(package) is None else {"promised": promise(package)}),
        **(
            {}
            if package.reached is None
            else {"targets learnt from": "{:g} to {:g}".format(*package.reached)}
        ),
        **({"possible": str(range_of(package))} if range_of(package).bounded else {}),
        **({} if package.ruling is None else {"decides": _margins(package.ruling)}),
        **{f"{name}, held out": value for name, value in values.items()},
    }


def described_live(package: LivePackage) -> dict[str, Any]:
    """The live calibration in facts: purpose, what it was learnt from, how it computes, what it refuses."""
    live, calibration, by = package.live, package.live.calibration, package.live.by_groups
    values = package.metrics[0].values if package.metrics else {}
    return {
        "name": package.name,
        "version": package.version,
        "hash": package.content_hash,
        "question": package.use.question,
        "context": package.use.context,
        "critical": "yes" if package.use.critical else "no",
        "target": f"{package.target} {package.unit}".strip(),
        "chosen": str(package.tried[0].get("chosen", "")) if package.tried else "",
        "steps": ", ".join(step.model_dump()["kind"] for step in calibration.steps) or "none",
        "wavelengths": f"{len(package.headings)}, {package.headings[0]} to {package.headings[-1]}",
        "learnt from": _rows(package.training),
        "notes": package.training.note,
        "interval": f"{100 * package.coverage:.0f} %: {live.quantile:.3g} times the expected error, "
        + ("" if live.laboratory is None else f"at least {live.laboratory:.3g} to either side, ")
        + ("samples count as exchangeable" if by is None else f"by random effects of {by} groups"),
        **({} if promise_live(package) is None else {"promised": promise_live(package)}),
        "reportable": _reportable(live),
        **{f"{name}, held out": value for name, value in values.items()},
    }


def _rows(training: Training) -> str:
    return f"{training.rows} rows{' in ' if training.group else ', '}{training.grouped}"


def _reportable(live: Live) -> str:
    ends = {"below": live.least is None, "above": live.most is None}
    free = " and ".join(end for end, widens in ends.items() if widens)
    return f"{live.low:g} to {live.high:g}" + (f", further {free} where at-line results lie" if free else "")


def described_watcher(package: WatchPackage) -> dict[str, Any]:
    """The watcher in facts: purpose, what it was learnt from, what it holds a batch against, its false alarms."""
    watcher = package.watcher
    told = {
        "name": package.name,
        "version": package.version,
        "hash": package.content_hash,
        "question": package.use.question,
        "context": package.use.context,
        "critical": "yes" if package.use.critical else "no",
        "kind": str(watcher.model_dump()["kind"]),
        "samples": f"every {package.interval:g} h from {package.begins:g} h on",
        **watcher.facts(),
        "alert": f"{watcher.run} sample(s) in a row beyond a limit",
        "learnt from": f"{package.training.rows} rows of {package.training.groups} good batches",
        "notes": package.training.note,
    }
    return told | {
        f"{one.what}, left out": str(one).removeprefix(f"{one.what} ") for one in false_alarms(package)
    }


def _margins(ruling: Ruling) -> str:
    """From which margins to the rule's limit on a row is told to meet it, or to fail it."""
    meets = "never that it meets" if ruling.meeting is None else f"meets from {ruling.meeting:+.4g} on"
    fails = "never that it fails" if ruling.failing is None else f"fails below {ruling.failing:+.4g}"
    even = ""
    if ruling.offset is not None and ruling.slope > 0.0:
        even = f", as likely as not at {-ruling.offset / ruling.slope:+.4g}"
    return f"by the margin to the limit (above 0: within the rule): {meets}, {fails}{even}"


def kind(form: Form) -> str:
    """What kind of form it is, and of which it is made."""
    told = form.model_dump()
    inner = [each["kind"] for each in told.get("forms", ())]
    return f"{told['kind']} of {', '.join(inner)}" if inner else str(told["kind"])
