"""A small batch for scenes: told to a new training site in milliseconds, clean, or with the faults that are named."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import numpy as np

from homeostat.governance import Office
from homeostat.governance.demonstration import enrol_demonstration
from homeostat.historian import Historian, Series, TagSpec
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    AttributeJudged,
    BatchEnded,
    BatchResumed,
    BatchStarted,
    CommandGiven,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StepChanged,
)
from homeostat.process import load
from homeostat.site import Site
from homeostat.validation.checking import Workbench

B = "B0001"
HOUR = 3_600_000_000
STEP = HOUR // 6

FAULTS: Mapping[str, str] = {
    "gap": "gap",
    "stale sensor": "device fault",
    "repeat": "skipped or repeated step",
    "late entry": "late entry",
    "override": "override",
    "expired lot": "expired lot",
    "out-of-calibration probe": "out-of-calibration source",
    "unsigned step": "unsigned step",
}
"""Faults with the class that each has to be found as."""


class Teller:
    """Tells a batch to the ledger of an open office, one event after the other."""

    def __init__(self, office: Office) -> None:
        self._office, self._count = office, 0

    def __call__(self, payload: Payload, at: int = 0, *, actor: str = "scan", batch: str = B) -> None:
        self._count += 1
        place = "end" if isinstance(payload, BatchEnded) else f"{self._count:06d}/000"
        name = f"{batch or 'site'}/{place}"
        event = Event(name, payload.type, batch, at, actor, payload.model_dump(mode="json"))
        self._office.ledger.append(event)


Midst = tuple[Payload, int, str]
"""What is told of a batch besides: what it says, when (process time, µs), and who."""


def _told(office: Office, faults: tuple[str, ...], midst: Iterable[Midst]) -> None:
    """A small batch with these faults, and no other."""
    tell = Teller(office)
    process = load(str(Path(str(files("homeostat.validation") / "small_batch.yaml"))))
    tell(
        BatchStarted(
            process=process.process,
            version=process.version,
            process_hash=process.content_hash,
            declaration=process.model_dump_json(),
            patient="P-1",
            scan=STEP,
            tags=tuple(process.tags),
            outputs=(),
            equipment={"kind": "simulated"},
            twin={},
            environment={},
        )
    )
    names = ("grow", *(("grow",) if "repeat" in faults else ()), "harvest")
    for hour, name in enumerate(names, 1):
        facts = {"level": "phase", "step": f"main/expand/{name}", "title": name, "cause": ""}
        for state in ("running", "complete"):
            tell(StepChanged.model_validate(facts | {"state": state}), hour * HOUR)
    tell(SampleDrawn(sample="S1", step="main/expand/harvest", assays=("count",), volume=1.0), 3 * HOUR)
    tell(counted(2.5), 3 * HOUR)
    judged = {
        "attribute": "density",
        "sample": "S1",
        "value": 2.5,
        "unit": "1e6 cell/mL",
        "verdict": "within",
    }
    tell(AttributeJudged.model_validate({**judged, "low": 2.0, "high": None}), 3 * HOUR)
    for fault in faults:
        for payload in _payloads(fault):
            tell(payload, 4 * HOUR)
    for payload, at, actor in midst:
        tell(payload, at, actor=actor, batch="" if isinstance(payload, BatchResumed) else B)
    tell(BatchEnded(state="complete", scans=30, reason="recipe complete"), 5 * HOUR)
    office.ledger.commit()
    _taped(office.site, faults)


def counted(value: float) -> SampleResult:
    unit = {"viable": "1e6 cell/mL"}
    return SampleResult(sample="S1", assay="count", taken=3 * HOUR, values={"viable": value}, units=unit)


def _payloads(fault: str) -> tuple[Payload, ...]:
    """The events of a fault that are not in every batch."""
    if fault in _REFUSALS:
        opened = PromptOpened(prompt=fault, step="m", text=fault, kind="scan", unit="1", choices=())
        bad = (
            PromptAnswered(prompt=fault, answer="x"),
            PromptClosed(prompt=fault, accepted=False, reason=_REFUSALS[fault]),
        )
        good = (
            PromptAnswered(prompt=fault, answer="y"),
            PromptClosed(prompt=fault, accepted=True, reason=""),
        )
        return (opened, *bad, *good)
    return _SINGLE.get(fault, ())


_REFUSALS: Mapping[str, str] = {
    "expired lot": "the lot L-1 expired on 2025-12-31",
    "out-of-calibration probe": "the calibration of probe-1 was due on 2025-12-31",
}


def _entry(**facts: object) -> EntryJudged:
    plain = {
        "prompt": "p",
        "act": "answer",
        "status": "taken",
        "by": "ada",
        "answer": "5",
        "old": "",
        "value": 5.0,
    }
    return EntryJudged.model_validate({**plain, "unit": "1", "reason": "", **facts})


_SINGLE: Mapping[str, tuple[Payload, ...]] = {
    "late entry": (_entry(flags=("late entry: 40 min after the event",)),),
    "override": (CommandGiven(command="hold", reason="to have a look"),),
    "unsigned step": (_entry(status="unverified"),),
    "changed result": (counted(2.6),),
}


def _taped(site: Site, faults: tuple[str, ...]) -> None:
    """The series of the tags; a gap has no values, a stale sensor such as are too old."""
    with Historian.open(site.historian_path) as historian:
        for tag, unit, value, fault, bad in (
            ("temperature", "degC", 37.0, "", 0),
            ("oxygen", "%", 50.0, "gap", 5),
            ("heater", "%", 1.0, "stale sensor", 3),
        ):
            values, quality = np.full(30, value), np.zeros(30, np.uint8)
            if fault and fault in faults:
                values[10:20], quality[10:20] = np.nan, bad
            times = np.arange(30, dtype=np.int64) * STEP
            historian.append_series(B, TagSpec(tag, unit), Series(times, values, quality))


@contextmanager
def small_batch(
    bench: Workbench, *faults: str, midst: Iterable[Midst] = ()
) -> Iterator[tuple[Office, Historian]]:
    """The open office of a new training site with the small batch and its demonstration identities."""
    site = bench.site()
    with bench.office(site) as office:
        enrol_demonstration(office)
        _told(office, faults, midst)
        with Historian.open(site.historian_path, readonly=True) as historian:
            yield office, historian
