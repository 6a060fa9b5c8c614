"""Reception: samples and laboratory results as they come, each judged by what came before it.

In: what a driver hands over. Out: the inputs of a scan. A sample that came twice, or after a younger one, is told as
an event; the driver has not taken it for the newest. A laboratory result that comes a second time is not counted again.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol, runtime_checkable

from homeostat.equipment import Driver, Overtaken, Result
from homeostat.ledger.catalogue import Payload, SampleDoubted, SampleResult
from homeostat.monitoring.signals import Finding, Intake, Last, Sample, Verdict, admit
from homeostat.process import Process

LATE = 15 * 60 * 1_000_000  # µs after which a sample that is still the newest is called late (assumption)


@runtime_checkable
class Stamping(Protocol):
    """A driver that knows when its samples were taken and when they came."""

    def overtaken(self, time: int) -> Sequence[Overtaken]:
        """The samples that have come by `time` behind younger ones and were not returned before."""
        ...


class Reception:
    """Takes over from one driver; it remembers what came last of each quantity of the laboratory."""

    def __init__(self, driver: Driver, process: Process) -> None:
        self._driver = driver
        self._stamping = driver if isinstance(driver, Stamping) else None  # a costly question, asked once
        self._titles = {name: tag.title for name, tag in process.tags.items()}
        self._last: dict[str, Last] = {}

    def take(self, time: int) -> list[Payload]:
        """What has come by `time`: findings about samples, then laboratory results."""
        passed = self._stamping.overtaken(time) if self._stamping is not None else ()
        come = self._driver.results(time)
        if not (passed or come):
            return []
        doubts = _told(finding for one in passed for finding in self._judged(one).findings)
        results, again = list[Payload](), list[Finding]()
        for result in come:
            found = self._repeated(result, time)
            again += found
            results += [] if found else [_reported(result)]
        return [*doubts, *_told(again), *results]

    def _judged(self, one: Overtaken) -> Verdict:
        intake = Intake(one.tag, self._titles.get(one.tag, one.tag), LATE)
        last = Last(Sample(one.newest, one.arrived))
        return admit(intake, last, Sample(one.value, one.taken), one.arrived)[1]

    def _repeated(self, result: Result, time: int) -> list[Finding]:
        """The findings about a result of which every value has come already, for the same moment; else none."""
        found = list[Finding]()
        for quantity, value in result.values.items():
            name = f"{result.assay} {quantity}"
            sample = Sample(value, result.taken)
            before = self._last.get(name, Last())
            self._last[name], verdict = admit(
                Intake(name, name, LATE), before, sample, max(time, sample.taken)
            )
            found += [finding for finding in verdict.findings if finding.kind == "duplicate"]
        return found if len(found) == len(result.values) else []


def _told(findings: Iterable[Finding]) -> list[SampleDoubted]:
    """One event for each kind of finding, whatever the number of samples: a row of a log holds many."""
    kinds: dict[str, list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(finding.kind, []).append(finding)
    return [_event(kind, own) for kind, own in kinds.items()]


def _event(kind: str, findings: Sequence[Finding]) -> SampleDoubted:
    samples: dict[str, int] = {}
    for finding in findings:
        samples[finding.tag] = samples.get(finding.tag, 0) + 1
    times = [finding.since for finding in findings]
    return SampleDoubted(kind=kind, samples=samples, first=min(times), last=max(times), text=findings[0].text)


def _reported(result: Result) -> SampleResult:
    """A laboratory result as it goes on record: a value that is not a number is none."""
    values = {name: value if value == value else None for name, value in result.values.items()}
    return SampleResult(
        sample=result.sample, assay=result.assay, taken=result.taken, values=values, units=dict(result.units)
    )
