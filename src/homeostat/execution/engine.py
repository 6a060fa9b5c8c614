"""The engine: owns every effect around the pure scan: reading, recording, committing, dispatching.

For each scan: readings and arrivals in, execute, row to the historian, events to the ledger; then, once both are
durable, dispatch of the intended commands, and their outcomes to the ledger. The same loop recovers a batch: scans
that are on record are executed again from the record (and compared with it), then execution goes on live.
"""

from dataclasses import dataclass
from typing import Protocol

from homeostat.equipment import Command, Driver, Outcome, Result, Scan
from homeostat.errors import ExecutionError
from homeostat.execution.clock import Pace
from homeostat.execution.journal import Journal
from homeostat.execution.memory import DONE, Arrivals, Rows, prefix
from homeostat.execution.operator import ACTOR, ScriptedOperator
from homeostat.execution.plan import HOUR, Plan
from homeostat.execution.scan import begin, execute
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import Inputs, ScanResult
from homeostat.execution.states import FINAL, WAITING
from homeostat.historian import ChunkDigest, Historian, Recorder
from homeostat.ledger.catalogue import (
    BatchEnded,
    ChunksSealed,
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    LogEnded,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StateChanged,
    StepChanged,
)

BLOCK = 600  # rows of a sealed historian block
GROUP = 120  # scans between commits when nothing asks for one and nobody waits
LONGEST = 60 * 24 * HOUR  # a run at free pace that has not ended by then is held
REPORT = 60  # scans between progress reports


class Watcher(Protocol):
    """Who looks on: told of the start, of progress and of the end."""

    def started(self, batch: str, total: int | None) -> None:
        """A batch is durable under this id; `total` scans are expected, if that is known."""
        ...

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """`scan` scans are done, at this process time (µs), in this phase."""
        ...

    def ended(self) -> None:
        """Nothing more will come."""
        ...


@dataclass(frozen=True, slots=True)
class Finish:
    """How an execution ended: ISA-88 state, scans on record, process time (µs), reason."""

    batch: str
    state: str
    scans: int
    time: int
    reason: str


@dataclass(frozen=True)
class Rig:
    """What an engine works with, all opened for one batch."""

    batch: str
    plan: Plan
    observer: Observer
    driver: Driver
    operator: ScriptedOperator
    journal: Journal
    recorder: Recorder
    historian: Historian
    pace: Pace
    watcher: Watcher
    until: str = ""


class Engine:
    """Executes one batch from its first scan to its end, over the record first and then live."""

    def __init__(self, rig: Rig, rows: Rows | None, arrivals: Arrivals) -> None:
        self._rig = rig
        self._rows = rows
        self._recorded = len(rows) if rows is not None else 0
        self._arrivals = arrivals
        self._state = begin(rig.plan, rig.observer)
        self._outcomes: list[CommandOutcome] = []
        self._orders: list[CommandGiven] = []
        self._phase = ""
        self._reason = ""

    def order(self, command: str, reason: str) -> None:
        """Give the batch a command at the next live scan."""
        self._orders.append(CommandGiven(command=command, reason=reason))

    def run(self) -> Finish:
        """Execute until the batch has ended, is paused, or is held with nobody to reconcile it."""
        scan = 0
        while not self._resting(scan):
            self._rig.pace.wait(scan * self._rig.plan.scan) if scan >= self._recorded else None
            self._cycle(scan)
            scan += 1
            if scan % REPORT == 0:
                self._rig.watcher.scanned(scan, scan * self._rig.plan.scan, self._phase)
        self._close(scan)
        return Finish(
            self._rig.batch, self._state.state.value, scan, scan * self._rig.plan.scan, self._reason
        )

    def _resting(self, scan: int) -> bool:
        """Whether there is nothing to execute: the batch has ended, or waits for a person who is not here."""
        if scan < self._recorded:
            return False
        if self._state.state in FINAL:
            return True
        idle = not self._orders and not self._outcomes and not self._rig.operator.busy
        return self._state.state in WAITING and idle

    def _cycle(self, scan: int) -> None:
        time = scan * self._rig.plan.scan
        reading = self._read(scan, time)
        arrivals = self._arrived(scan, time)
        inputs = Inputs(prefix(self._rig.batch, scan), time, reading, arrivals)
        result = execute(self._rig.plan, self._rig.observer, self._state, inputs)
        self._state = result.state
        self._record(scan, inputs, result)
        self._dispatch(time, result)
        self._regulate(scan)
        self._seal(scan)
        self._note(scan, result)
        if scan >= self._recorded and (not self._rig.pace.free or (scan + 1) % GROUP == 0):
            self._commit()

    def _read(self, scan: int, time: int) -> Scan:
        """The readings of a scan: from the record where there are any, else from the equipment."""
        driver = self._rig.driver
        live = driver.read(time) if scan >= self._recorded or driver.repeatable else None
        if self._rows is None or scan >= self._recorded:
            return live if live is not None else driver.read(time)
        reading = self._rows.scan(scan)
        if live is not None and not _same(live, reading):
            raise ExecutionError(
                "the equipment does not reproduce its recorded readings",
                where=prefix(self._rig.batch, scan),
                mend="resume on the machine and with the software the batch was started with",
            )
        return reading

    def _arrived(self, scan: int, time: int) -> tuple[Payload, ...]:
        """What came since the last scan: from the record as far as it reaches, then from the sources."""
        outcomes: tuple[Payload, ...] = tuple(self._outcomes)
        self._outcomes = []
        if scan > self._arrivals.last:
            return outcomes + self._live_arrivals(scan, time)
        recorded = tuple(a for a in self._arrivals.of(scan) if not isinstance(a, CommandOutcome))
        if self._rig.driver.repeatable:
            self._rig.driver.results(time)  # the same results again, which are on record already
        for arrival in recorded:
            if isinstance(arrival, PromptAnswered):
                self._rig.operator.forget(arrival.prompt)
        return outcomes + recorded

    def _live_arrivals(self, scan: int, time: int) -> tuple[Payload, ...]:
        """Commands, the end of the log, laboratory results and answers that have come by `time`."""
        driver, arrived = self._rig.driver, list[Payload]()
        if scan >= self._recorded:
            arrived += self._orders
            self._orders = []
        end = driver.end()
        if end is not None and time > end and not self._state.log_ended:
            arrived.append(LogEnded(reason="the recorded log has no further rows"))
        if driver.repeatable or scan >= self._recorded:
            arrived += [_reported(result) for result in driver.results(time)]
        return (*arrived, *self._rig.operator.answers(time, live=scan >= self._recorded))

    def _record(self, scan: int, inputs: Inputs, result: ScanResult) -> None:
        """The row to the historian; then the arrivals and decisions to the ledger."""
        if self._rows is not None and scan < self._recorded:
            differs = self._rows.agree(scan, result.outputs, result.qualities)
            if differs is not None:
                raise ExecutionError(
                    f"executing the record again gives another {self._rig.plan.outputs[differs]}",
                    where=inputs.prefix,
                    mend="see: homeostat replay",
                )
        else:
            values = inputs.scan.values + result.outputs
            self._rig.recorder.append(inputs.time, values, inputs.scan.qualities + result.qualities)
        fresh = [arrival for arrival in inputs.arrivals if not isinstance(arrival, CommandOutcome)]
        for number, arrival in enumerate(fresh):
            actor = _ACTORS.get(type(arrival), "equipment")
            self._rig.journal.put(f"{inputs.prefix}/{number:03d}", inputs.time, actor, arrival)
        for event, decision in result.decisions:
            self._rig.journal.put(event, inputs.time, "scan", decision)

    def _dispatch(self, time: int, result: ScanResult) -> None:
        """Send the intended commands, each once, after its intent is durable; record what became of it."""
        intents = [(e, d) for e, d in result.decisions if isinstance(d, CommandIntended)]
        fresh = any(event + DONE not in self._rig.journal for event, _ in intents)
        if fresh:
            self._commit()
        for event, intent in intents:
            outcome = self._outcome(event, intent)
            self._outcomes.append(outcome)
            self._rig.journal.put(event + DONE, time, "equipment", outcome)
        if fresh:
            self._commit()
        for _, decision in result.decisions:
            if isinstance(decision, SampleDrawn):
                self._sample(decision, time)
            elif isinstance(decision, PromptOpened):
                self._rig.operator.ask(decision, time)

    def _outcome(self, event: str, intent: CommandIntended) -> CommandOutcome:
        """The outcome of an intent: from the record, from the equipment's memory, or by sending it now.

        An intent that was on record without an outcome is never sent again unless the equipment knows that it did
        not carry it out; where it cannot tell, the outcome is unknown and the batch will hold.
        """
        journal, driver = self._rig.journal, self._rig.driver
        command = Command(event, intent.kind, intent.target, intent.value, intent.unit, intent.retain)
        if event + DONE in journal:
            recorded = journal.recall(event + DONE)
            if not isinstance(recorded, CommandOutcome):
                raise ExecutionError("the outcome of a command is of another type", where=event + DONE)
            if driver.repeatable and recorded.status != "unknown":
                driver.execute(command)
            return recorded
        if event in journal:
            confirmed = driver.confirm(event)
            if confirmed is None:
                return _outcome(event, Outcome("unknown", intent.value, "execution was interrupted"))
            if confirmed:
                return _outcome(event, Outcome("done", intent.value, "confirmed by the equipment"))
        return _outcome(event, driver.execute(command))

    def _sample(self, drawn: SampleDrawn, time: int) -> None:
        for assay in drawn.assays:
            self._rig.driver.sample(drawn.sample, assay, time)

    def _regulate(self, scan: int) -> None:
        """Hand the loops' outputs to the equipment; a vessel on record has had them already."""
        loops, driver = self._rig.plan.loops, self._rig.driver
        if loops and (driver.repeatable or scan >= self._recorded):
            states = self._state.loops
            driver.regulate([(p.actuator, s.pid.output) for p, s in zip(loops, states, strict=True)])

    def _seal(self, scan: int) -> None:
        """Seal a full block of rows and put its hashes into the ledger."""
        if (scan + 1) % BLOCK == 0:
            digests = self._rig.recorder.seal()
            self._put_seal(scan, digests)

    def _put_seal(self, scan: int, digests: tuple[ChunkDigest, ...]) -> None:
        event = f"{prefix(self._rig.batch, scan)}/sealed"
        if event in self._rig.journal:
            return
        first = (scan // BLOCK) * BLOCK * self._rig.plan.scan
        mine = [d for d in digests if d.start == first] or [
            d for d in self._rig.historian.digests(self._rig.batch) if d.start == first
        ]
        time = scan * self._rig.plan.scan
        chunks = {digest.tag: digest.sha256 for digest in mine}
        sealed = ChunksSealed(start=first, end=time, count=scan % BLOCK + 1, chunks=chunks)
        self._rig.journal.put(event, time, "historian", sealed)

    def _note(self, scan: int, result: ScanResult) -> None:
        """Remember what the watcher and the end of the run want to know."""
        for _, decision in result.decisions:
            if isinstance(decision, StateChanged):
                self._reason = decision.cause
            if isinstance(decision, PromptClosed) and not decision.accepted:
                self._hold(scan, f"the scripted answer to {decision.prompt} was refused: {decision.reason}")
            if isinstance(decision, StepChanged) and decision.level == "phase":
                self._phase = decision.title if decision.state == "running" else self._phase
                if decision.state == "complete" and decision.step.split("/")[-1] == self._rig.until:
                    self.order("pause", f"run until {self._rig.until}")
        if self._rig.pace.free and (scan + 1) * self._rig.plan.scan == LONGEST:
            self._hold(scan, "60 days have passed without an end: does a transition condition never hold?")

    def _hold(self, scan: int, reason: str) -> None:
        """Ask for a hold where a run without a person cannot go on by itself."""
        if scan >= self._recorded:
            self.order("hold", reason)

    def _commit(self) -> None:
        """Rows first, then events: a decision on record always has the readings it was taken on.

        Rows that events rest on survive a loss of power as the events do; rows alone wait for the next such commit.
        """
        self._rig.recorder.flush(durable=self._rig.journal.waiting)
        self._rig.journal.commit()

    def _close(self, scans: int) -> None:
        """Make everything durable; a batch that has ended is sealed to its last row."""
        if self._state.state in FINAL:
            last = scans - 1
            digests = self._rig.recorder.seal(all=True)
            if scans % BLOCK:
                self._put_seal(last, digests)
            end = BatchEnded(state=self._state.state.value, scans=scans, reason=self._reason)
            time = last * self._rig.plan.scan
            self._rig.journal.put(f"{self._rig.batch}/end", time, "engine", end)
        self._commit()
        self._rig.watcher.ended()


_ACTORS: dict[type[Payload], str] = {
    PromptAnswered: ACTOR,
    SampleResult: "laboratory",
    CommandGiven: "operator",
    LogEnded: "equipment",
}


def _same(one: Scan, other: Scan) -> bool:
    """Whether two scans agree in every value (NaN equals NaN) and quality."""
    values = zip(one.values, other.values, strict=True)
    return one.qualities == other.qualities and all(a == b or (a != a and b != b) for a, b in values)


def _reported(result: Result) -> SampleResult:
    """A laboratory result as it goes on record: a value that is not a number is none."""
    values = {name: value if value == value else None for name, value in result.values.items()}
    return SampleResult(
        sample=result.sample, assay=result.assay, taken=result.taken, values=values, units=dict(result.units)
    )


def _outcome(event: str, outcome: Outcome) -> CommandOutcome:
    return CommandOutcome(intent=event, status=outcome.status, value=outcome.value, detail=outcome.detail)
