"""The engine: owns every effect around the pure scan: reading, recording, committing, dispatching.

For each scan: inputs are read and made durable, the scan is executed, its row goes to the historian and its decisions
to the ledger; then, once both are durable, intended commands are dispatched and their outcomes recorded. The same loop
recovers a batch: scans that are on record are executed again from the record (and compared with it), then execution
goes on live.
"""

from functools import partial

from homeostat.equipment import Scan
from homeostat.errors import ExecutionError
from homeostat.execution.departure import Departure
from homeostat.execution.desk import Desk
from homeostat.execution.dispatch import dispatch, unanswered
from homeostat.execution.memory import Arrivals, Rows, prefix
from homeostat.execution.noting import Notes
from homeostat.execution.orders import Inbox
from homeostat.execution.plan import HOUR
from homeostat.execution.reception import Reception
from homeostat.execution.rig import Finish, Rig
from homeostat.execution.scan import begin, execute
from homeostat.execution.sealing import Sealer
from homeostat.execution.slips import author, slip_of
from homeostat.execution.state import Inputs, ScanResult
from homeostat.execution.states import FINAL, WAITING, Command, State
from homeostat.execution.whole import Whole
from homeostat.ledger.catalogue import (
    DEMONSTRATION,
    SECOND_DEMONSTRATION,
    AlarmOrdered,
    BatchEnded,
    CommandGiven,
    CommandIntended,
    CommandOutcome,
    ControlOrdered,
    LogEnded,
    Payload,
    PlanMissed,
    PromptAnswered,
    SampleDrawn,
    SampleResult,
    SourceJudged,
    VerificationGiven,
)

GROUP = 120  # scans between commits when nothing asks for one and nobody waits
LONGEST = 60 * 24 * HOUR  # a run at free pace that has not ended by then is held
REPORT = 60  # scans between progress reports


class Engine:
    """Executes one batch from its first scan to its end, over the record first and then live."""

    def __init__(self, rig: Rig, rows: Rows | None, arrivals: Arrivals, inbox: Inbox) -> None:
        self._rig = rig
        self._inbox = inbox
        self._rows = rows
        self._recorded = len(rows) if rows is not None else 0
        self._agreed = self._recorded == 0
        self._arrivals = arrivals
        self._state = begin(rig.plan, rig.observer)
        self._sealer = Sealer(rig.batch, rig.plan.scan, rig.recorder, rig.historian, rig.journal)
        self._reception = Reception(rig.driver, rig.plan.process)
        self._outcomes: list[CommandOutcome] = []
        self._orders: list[CommandGiven] = []
        self._desk = Desk(rig.plan.controllers)
        self._departure = Departure(rig.plan)
        self._notes = Notes()

    @property
    def state(self) -> State:
        """The batch's ISA-88 state."""
        return self._state.state

    def _order(self, command: Command, reason: str, by: str | None = None) -> None:
        """Give the batch a command at the next live scan."""
        self._orders.append(CommandGiven(command=command.value, reason=reason, by=by))

    def run(self, reason: str = "", reconcile: str = "", by: str | None = None) -> Finish:
        """Execute until the batch has ended, is paused, or is held with nobody to reconcile it.

        A batch that rests when its record ends is taken up again, for `reason`, by the person `by`; `reconcile` answers
        what it asks then.
        Orders about alarms that wait are taken up, even if that is all that is to be done.
        """
        scan = 0
        while scan < self._recorded:
            scan = self._cycle(scan)
        self._agreed = True
        self._inbox.look()
        self._wake(reason, reconcile, by)
        with Whole() as whole:
            while scan <= self._arrivals.last or not self._resting():  # inputs on record are owed their scan
                self._rig.pace.wait(scan * self._rig.plan.scan)
                scan = whole.step(partial(self._cycle, scan))
            whole.step(partial(self._close, scan), last=True)
        time = scan * self._rig.plan.scan
        questions = tuple(self._notes.questions.values())
        return Finish(self._rig.batch, self.state.value, scan, time, self._notes.reason, questions)

    def _wake(self, reason: str, reconcile: str, by: str | None) -> None:
        """Resume a paused batch; restart a held one, unless a command has to be reconciled first."""
        for prompt in [name for name in self._state.prompts if name not in self._state.entries]:
            self._rig.operator.ask(prompt, self._recorded * self._rig.plan.scan)
        if reconcile:
            self._rig.operator.reconcile(reconcile)
        unreconciled = any(prompt.intent for prompt in self._state.prompts.values())
        if self._inbox.commanding:
            return
        if self.state is State.PAUSED and not self._given(Command.RESUME):
            self._order(Command.RESUME, reason, by)
        elif self.state is State.HELD and not unreconciled and not self._given(Command.RESTART):
            self._order(Command.RESTART, reason, by)

    def _given(self, command: Command) -> bool:
        """Whether the next scan has the command on record: who resumed the batch died before that scan was."""
        arrivals = self._arrivals.of(self._recorded)
        return any(isinstance(one, CommandGiven) and one.command == command.value for one in arrivals)

    def _resting(self) -> bool:
        """Whether there is nothing to execute: the batch has ended, or waits for a person who is not here."""
        idle = not (self._orders or self._inbox.waiting or self._outcomes or self._rig.operator.busy)
        return self.state in FINAL or (self.state in WAITING and idle)

    def _cycle(self, scan: int) -> int:
        """One scan with all its effects; the number of the next."""
        time = scan * self._rig.plan.scan
        reading = self._read(scan, time)
        inputs = Inputs(prefix(self._rig.batch, scan), time, reading, self._arrived(scan, time))
        self._take(inputs)
        result = execute(self._rig.plan, self._rig.observer, self._state, inputs)
        self._state = result.state
        self._record(scan, inputs, result)
        self._act(time, result)
        self._regulate(scan)
        self._sealer.after(scan)
        self._note(scan, inputs, result)
        if scan >= self._recorded and (not self._rig.pace.free or (scan + 1) % GROUP == 0):
            self._commit()  # 600 rows, a sealed block, are a multiple of GROUP
        if (scan + 1) % REPORT == 0:
            self._rig.watcher.scanned(scan + 1, time + self._rig.plan.scan, self._notes.phase)
        return scan + 1

    def _read(self, scan: int, time: int) -> Scan:
        """The readings of a scan: from the record where there are any, else from the equipment."""
        if self._rows is None or scan >= self._recorded:
            return self._rig.driver.read(time)
        reading = self._rows.scan(scan)
        if self._rig.driver.repeatable and not _same(self._rig.driver.read(time), reading):
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
            self._reception.take(time)  # the same again, which is on record already
        for arrival in recorded:
            if isinstance(arrival, PromptAnswered):
                self._rig.operator.forget(arrival.prompt)
        return outcomes + recorded

    def _live_arrivals(self, scan: int, time: int) -> tuple[Payload, ...]:
        """Commands, the end of the log, laboratory results and answers that have come by `time`."""
        driver, live, arrived = self._rig.driver, scan >= self._recorded, list[Payload]()
        if live:
            if not self._rig.pace.free:  # else nobody waits for scans: what was there at the start is all
                self._inbox.look()
            arrived += [*self._orders, *self._inbox.take(time)]
            self._orders = []
            if scan % REPORT == 0 or scan == self._recorded:
                arrived += self._rig.sources(self._state.doubted)
        end = driver.end()
        if end is not None and time > end and not self._state.log_ended:
            arrived.append(LogEnded(reason="the recorded log has no further rows"))
        if driver.repeatable or live:
            arrived += self._reception.take(time)
        late = self._desk.work(self._state.controllers) if live else []
        return (*arrived, *late, *self._rig.operator.answers(time))

    def _take(self, inputs: Inputs) -> None:
        """Put the arrivals on record before anything is concluded from them: no row may rest on what can be lost."""
        fresh = [arrival for arrival in inputs.arrivals if not isinstance(arrival, CommandOutcome)]
        for number, arrival in enumerate(fresh):
            actor = author(arrival) or _ACTORS.get(type(arrival), "equipment")
            self._rig.journal.put(f"{inputs.prefix}/{number:03d}", inputs.time, actor, arrival)
        if fresh:
            self._commit()
            self._inbox.settle(filter(None, map(slip_of, fresh)))

    def _record(self, scan: int, inputs: Inputs, result: ScanResult) -> None:
        """The row to the historian, or compared with the one there; then the decisions to the ledger."""
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
        for event, decision in result.decisions:
            self._rig.journal.put(event, inputs.time, "scan", decision)

    def _act(self, time: int, result: ScanResult) -> None:
        """Send the intended commands after their intents are durable; hand on samples and prompts."""
        if not result.decisions:
            return
        intents = [(e, d) for e, d in result.decisions if isinstance(d, CommandIntended)]
        fresh = unanswered(intents, self._rig.journal)
        if fresh:
            self._commit()
        self._outcomes = dispatch(intents, time, self._rig.driver, self._rig.journal)
        if fresh:
            self._commit()
        for _, decision in result.decisions:
            if isinstance(decision, SampleDrawn):
                for assay in decision.assays:
                    self._rig.driver.sample(decision.sample, assay, time)
            self._rig.operator.hear(decision, time)

    def _regulate(self, scan: int) -> None:
        """Hand the loops' outputs to the equipment; a vessel on record has had them already."""
        plan, driver = self._rig.plan, self._rig.driver
        outputs = self._departure.leaving(self._state.loops)
        if plan.loops and (driver.repeatable or scan >= self._recorded):
            driver.regulate(outputs)

    def _note(self, scan: int, inputs: Inputs, result: ScanResult) -> None:
        """Remember what the watcher and the end of the run want to know; hold what cannot go on without a person."""
        scripted = {a.prompt for a in inputs.arrivals if isinstance(a, PromptAnswered) and a.entry is None}
        for _, decision in result.decisions:
            phase = self._notes.phase
            if stuck := self._notes.take(decision, scripted):
                self._hold(scan, stuck)
            if self._notes.phase != phase:
                self._rig.watcher.scanned(scan, inputs.time, self._notes.phase)
        if self._rig.operator.manned and self._rig.pace.free and self._asking and scan >= self._recorded:
            self._order(Command.PAUSE, "a person is asked")
        interval = self._rig.plan.scan
        if self._rig.pace.free and scan * interval < LONGEST <= (scan + 1) * interval:
            self._hold(scan, "60 days have passed without an end: does a transition condition never hold?")

    @property
    def _asking(self) -> bool:
        """Whether a batch that runs waits for persons, for whom time is not to fly."""
        paused = any(order.command == Command.PAUSE.value for order in self._orders)
        return self.state is State.RUNNING and bool(self._state.prompts) and not paused

    def _hold(self, scan: int, reason: str) -> None:
        """Ask for a hold where a run without a person cannot go on by itself."""
        if scan >= self._recorded:
            self._order(Command.HOLD, reason)

    def _commit(self) -> None:
        """Rows first, then events: a decision on record always has the readings it was taken on.

        Both survive a loss of power, and the events say how many rows there are and what they hash to; rows on record
        are vouched for anew only when all of them have been executed again and agreed.
        """
        self._rig.recorder.flush(durable=True)
        if self._agreed:
            self._sealer.anchor()
        self._rig.journal.commit()

    def _close(self, scans: int) -> None:
        """Make everything durable; a batch that has ended is sealed to its last row."""
        last = scans - 1
        if self.state in FINAL:
            self._sealer.finish(last)
            end = BatchEnded(state=self.state.value, scans=scans, reason=self._notes.reason)
            self._rig.journal.put(f"{self._rig.batch}/end", last * self._rig.plan.scan, "engine", end)
        self._commit()
        self._rig.watcher.ended()


_ACTORS: dict[type[Payload], str] = {
    PromptAnswered: DEMONSTRATION,
    VerificationGiven: SECOND_DEMONSTRATION,
    SampleResult: "laboratory",
    CommandGiven: "operator",
    AlarmOrdered: "operator",
    ControlOrdered: "operator",
    PlanMissed: "engine",
    SourceJudged: "engine",
    LogEnded: "equipment",
}


def _same(one: Scan, other: Scan) -> bool:
    """Whether two scans agree in every value (NaN equals NaN) and quality."""
    values = zip(one.values, other.values, strict=True)
    return one.qualities == other.qualities and all(a == b or (a != a and b != b) for a, b in values)
