"""A desk for the scan: a plan and a state, executed with readings and arrivals as a test wants them."""

from dataclasses import dataclass, field

from homeostat.equipment import Scan
from homeostat.execution.batch import observe, recall_plan, recall_start, specs
from homeostat.execution.memory import Arrivals, Rows, prefix
from homeostat.execution.plan import Plan
from homeostat.execution.scan import begin, execute
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import BatchState, Inputs, ScanResult
from homeostat.ledger.catalogue import CommandIntended, CommandOutcome, Payload, PromptAnswered, PromptOpened
from homeostat.process import Quality
from homeostat.site import Site

ANSWERS = {"confirm": "yes", "numeric": "220", "choice": "applied"}


@dataclass
class Desk:
    """Executes scans. `tags` are the values shown (all GOOD, but those in `worse`); `said` keeps every decision."""

    plan: Plan
    observer: Observer
    state: BatchState
    tags: dict[str, float]
    worse: dict[str, Quality] = field(default_factory=dict)
    said: list[tuple[int, Payload]] = field(default_factory=list)
    number: int = 0
    _next: list[Payload] = field(default_factory=list)

    @classmethod
    def of(cls, plan: Plan, observer: Observer, tags: dict[str, float]) -> "Desk":
        return cls(plan, observer, begin(plan, observer), tags)

    @property
    def time(self) -> int:
        """Of the scan that comes (µs)."""
        return self.number * self.plan.scan

    def scan(self, *arrivals: Payload) -> ScanResult:
        """One scan; prompts are answered and commands carried out at the next."""
        values = tuple(self.tags[tag] for tag in self.plan.tags)
        qualities = tuple(int(self.worse.get(tag, Quality.GOOD)) for tag in self.plan.tags)
        inputs = Inputs(
            prefix("B", self.number), self.time, Scan(values, qualities), (*self._next, *arrivals)
        )
        result = execute(self.plan, self.observer, self.state, inputs)
        self.state = result.state
        self._next = [reply for event, said in result.decisions if (reply := _reply(event, said))]
        self.said += [(self.time, decision) for _, decision in result.decisions]
        self.number += 1
        return result

    def told(self, kind: type[Payload]) -> list[tuple[int, Payload]]:
        """What was decided of one kind, with its time."""
        return [(time, decision) for time, decision in self.said if isinstance(decision, kind)]


def _reply(event: str, decision: Payload) -> Payload | None:
    if isinstance(decision, PromptOpened):
        return PromptAnswered(prompt=decision.prompt, answer=ANSWERS[decision.kind])
    if isinstance(decision, CommandIntended):
        return CommandOutcome(intent=event, status="done", value=decision.value, detail="")
    return None


@dataclass(frozen=True)
class Standing:
    """Where a batch on record stood after a scan: all that the outlook needs."""

    plan: Plan
    observer: Observer
    state: BatchState
    usable: tuple[float, ...]
    time: int


def standing(site: Site, scan: int, batch: str = "B0001") -> Standing:
    """Execute a batch again from its record up to and with `scan`."""
    with site.reading() as (ledger, historian):
        events = {stored.event.id: stored for stored in ledger.events(batch=batch)}
        plan = recall_plan(recall_start(events, batch))
        names = [spec.name for spec in specs(plan)]
        rows = Rows.read(historian, batch, names[: len(plan.tags)], names[len(plan.tags) :])
    observer, arrivals = observe(plan), Arrivals(events.values())
    state = begin(plan, observer)
    for number in range(scan + 1):
        time = number * plan.scan
        inputs = Inputs(prefix(batch, number), time, rows.scan(number), arrivals.of(number))
        state = execute(plan, observer, state, inputs).state
    return Standing(plan, observer, state, rows.scan(scan).values, time)
