"""Replay: execute a batch's scans again from its record and compare every decision and every output.

Inputs come from the record alone (readings, results, answers, outcomes); no equipment, no clock, no operator. What is
compared is everything the scan concludes: each decision with its content and order, and each output bit by bit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from homeostat.execution.batch import observe, recall_plan, recall_start, specs
from homeostat.execution.engine import REPORT
from homeostat.execution.environment import environment
from homeostat.execution.journal import difference
from homeostat.execution.memory import Arrivals, Rows, prefix, scan_of
from homeostat.execution.models import recall_models
from homeostat.execution.plan import Plan
from homeostat.execution.rig import Watcher
from homeostat.execution.scan import begin, execute
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import Inputs, ScanResult
from homeostat.governance.placed import misplaced
from homeostat.ledger import Event, Recorded
from homeostat.ledger.catalogue import PAYLOADS, BatchEnded
from homeostat.ledger.readable import readable
from homeostat.site import Site


@dataclass(frozen=True)
class Replay:
    """What a replay found: how much was compared, the first difference in words, and how this machine differs."""

    batch: str
    scans: int
    decisions: int
    outputs: int
    identical: bool
    difference: str
    environment: tuple[str, ...]


@dataclass(frozen=True)
class _Comparison:
    """What is on record, to compare with."""

    batch: str
    plan: Plan
    observer: Observer
    rows: Rows
    arrivals: Arrivals
    decisions: Mapping[int, tuple[Event, ...]]


def replay(site: Site, batch: str, watch: Watcher) -> Replay:
    """Execute `batch` again and compare. Raises ExecutionError when the batch is unknown."""
    with site.reading() as (ledger, historian):
        events = {recorded.event.id: recorded for recorded in ledger.events(batch=batch)}
        unread = next((one.seq for one in ledger.stored(batch=batch) if not readable(one)), 0)
        start = recall_start(events, batch)
        plan = recall_plan(start, recall_models(events.values()))
        names = [spec.name for spec in specs(plan)]
        rows = Rows.read(historian, batch, names[: len(plan.tags)], names[len(plan.tags) :])
    observer = observe(plan)
    watch.started(batch, len(rows))
    decisions = _decisions(events)
    record = _Comparison(batch, plan, observer, rows, Arrivals(events.values()), decisions)
    found = _compare(record, watch, _ending(events, batch)) or _beyond(decisions, len(rows))
    found = found or _misplaced(events.values())
    if unread and not found:
        found = f"event {unread} cannot be read"
    watch.ended()
    return Replay(
        batch=batch,
        scans=len(rows),
        decisions=sum(map(len, decisions.values())),
        outputs=len(rows) * len(plan.outputs),
        identical=not found,
        difference=found,
        environment=_environment(start.environment, environment(observer.fingerprint)),
    )


def _decisions(events: Mapping[str, Recorded]) -> dict[int, tuple[Event, ...]]:
    """The decisions on record, by scan and in their order; those that no scan gives are of scan -1."""
    found: dict[int, tuple[Event, ...]] = {}
    for recorded in events.values():
        if PAYLOADS[recorded.event.type].role == "decision":
            scan = scan_of(recorded.event.id)
            found[scan] = (*found.get(scan, ()), recorded.event)
    return found


def _ending(events: Mapping[str, Recorded], batch: str) -> BatchEnded | None:
    """How a batch ended, as the record says; None of one that has not."""
    end = events.get(f"{batch}/end")
    return (
        None
        if end is None or end.event.type != BatchEnded.type
        else BatchEnded.model_validate(end.event.data)
    )


def _compare(record: _Comparison, watch: Watcher, end: BatchEnded | None) -> str:
    """The first difference in words; empty when there is none."""
    state = begin(record.plan, record.observer)
    for scan in range(len(record.rows)):
        time = scan * record.plan.scan
        arrivals = record.arrivals.of(scan)
        inputs = Inputs(prefix(record.batch, scan), time, record.rows.scan(scan), arrivals)
        result = execute(record.plan, record.observer, state, inputs)
        state = result.state
        found = _outputs(record, scan, result) or _events(record, scan, time, result)
        if found:
            return f"scan {scan} ({time / 3.6e9:.2f} h): {found}"
        if (scan + 1) % REPORT == 0:
            watch.scanned(scan + 1, time, "")
    return unlike(state.state.value, len(record.rows), end)


def unlike(state: str, scans: int, end: BatchEnded | None) -> str:
    """How the end on record differs from the state after the last scan, in words; "" where it does not."""
    if end is None or (end.state, end.scans) == (state, scans):
        return ""
    return f"after {scans} scans it is {state}, on record {end.state} after {end.scans}"


def _outputs(record: _Comparison, scan: int, result: ScanResult) -> str:
    position = record.rows.agree(scan, result.outputs, result.qualities)
    if position is None:
        return ""
    before = float(record.rows.values[scan, record.rows.tags + position])
    return f"{record.plan.outputs[position]} is {result.outputs[position]!r}, on record {before!r}"


def _events(record: _Comparison, scan: int, time: int, result: ScanResult) -> str:
    """The first decision that differs. The last rows of an interrupted batch may have no decisions on record yet."""
    recorded = record.decisions.get(scan, ())
    if not recorded and scan > record.arrivals.last:
        return ""
    executed = [
        Event(name, made.type, record.batch, time, "scan", made.model_dump(mode="json"))
        for name, made in result.decisions
    ]
    for before, after in zip(recorded, executed, strict=False):
        found = (
            f"id {after.id}, on record {before.id}" if before.id != after.id else difference(before, after)
        )
        if found:
            return f"decision {before.id} ({before.type}): {found}"
    if len(recorded) != len(executed):
        return f"{len(executed)} decisions, on record {len(recorded)}"
    return ""


def _beyond(decisions: Mapping[int, tuple[Event, ...]], scans: int) -> str:
    """Decisions of scans that have no readings."""
    late = [scan for scan in sorted(decisions) if scan >= scans]
    return f"scan {late[0]} has decisions on record, but no readings" if late else ""


def _misplaced(events: Iterable[Recorded]) -> str:
    """The first event that stands where no execution puts it, which no scan has compared or consumed."""
    found = next(misplaced(events), None)
    return (
        f"event {found[0].seq} ({found[0].event.type}) was put by no execution: {found[1]}" if found else ""
    )


def _environment(before: Mapping[str, object], now: Mapping[str, object]) -> tuple[str, ...]:
    """Where this machine and software differ from those of the batch."""
    return tuple(
        f"{key} is {now.get(key)}, was {before.get(key)}"
        for key in sorted(before.keys() | now.keys())
        if before.get(key) != now.get(key)
    )
