"""A shop floor to try things on: the scan of a small process, given the readings and arrivals that a check wants.

Nothing is stored: what was put in is kept, so that it can all be executed once more and compared.
"""

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from homeostat.equipment import Scan
from homeostat.execution.batch import observe
from homeostat.execution.memory import prefix
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.scan import begin, execute
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import BatchState, Inputs, ScanResult
from homeostat.ledger.catalogue import (
    CommandIntended,
    CommandOutcome,
    CorrectionGiven,
    Entry,
    EntryJudged,
    Payload,
    PromptAnswered,
    VerificationGiven,
)
from homeostat.process import Process, Quality, load

DECLARATION = Path(__file__).parent / "checks" / "execution.yaml"
"""A process that asks everything a recipe can ask."""
BATCH = "B"
PREPARE = "culture/ask/prepare#"
"""How the prompts of its first phase are named; a number follows."""


@cache
def questions() -> Process:
    """The process of the floor."""
    return load(DECLARATION)


@cache
def _ground(gmp: bool) -> tuple[Plan, Observer]:
    plan = make_plan(questions(), steers=True, initial={}, gmp=gmp)
    return plan, observe(plan)


@dataclass
class Floor:
    """A batch whose scans are executed one by one; commands are carried out, prompts wait for who answers them."""

    plan: Plan
    observer: Observer
    state: BatchState
    inputs: list[Inputs] = field(default_factory=list)
    results: list[ScanResult] = field(default_factory=list)
    _outcomes: list[CommandOutcome] = field(default_factory=list)

    @classmethod
    def of(cls, *, gmp: bool = False) -> "Floor":
        """A batch before its first scan."""
        plan, observer = _ground(gmp)
        return cls(plan, observer, begin(plan, observer))

    @property
    def time(self) -> int:
        """Of the scan that comes (µs)."""
        return len(self.inputs) * self.plan.scan

    def scan(self, *arrivals: Payload, quality: Quality = Quality.GOOD, value: float = 10.0) -> list[Payload]:
        """One scan, in which every tag shows `value`; what it decided."""
        tags = len(self.plan.tags)
        shown = Scan((value,) * tags, (int(quality),) * tags)
        inputs = Inputs(prefix(BATCH, len(self.inputs)), self.time, shown, (*self._outcomes, *arrivals))
        result = execute(self.plan, self.observer, self.state, inputs)
        self.state = result.state
        self.inputs.append(inputs)
        self.results.append(result)
        self._outcomes = [
            CommandOutcome(intent=event, status="done", value=one.value, detail="")
            for event, one in result.decisions
            if isinstance(one, CommandIntended)
        ]
        return [decision for _, decision in result.decisions]

    def judged(self, *arrivals: Payload) -> list[EntryJudged]:
        """What one scan concluded of entries."""
        return [one for one in self.scan(*arrivals) if isinstance(one, EntryJudged)]

    def again(self) -> list[ScanResult]:
        """Every scan executed anew from what was put in."""
        state, found = begin(self.plan, self.observer), list[ScanResult]()
        for inputs in self.inputs:
            found.append(execute(self.plan, self.observer, state, inputs))
            state = found[-1].state
        return found


def entry(by: str, **facts: object) -> Entry:
    """An entry of `by`, made at noon about something that happened then, unless `facts` say otherwise."""
    noon = "2026-05-04T12:00:00+00:00"
    return Entry.model_validate({"by": by, "entered": noon, "happened": noon, "slip": "s"} | facts)


def answer(number: int, said: str, by: str = "ada", **facts: object) -> PromptAnswered:
    """An answer to a prompt of the first phase."""
    return PromptAnswered(prompt=f"{PREPARE}{number}", answer=said, entry=entry(by, **facts))


def verification(number: int, by: str = "ben", said: str = "", **facts: object) -> VerificationGiven:
    """A second person's word on an entry of the first phase."""
    return VerificationGiven(prompt=f"{PREPARE}{number}", answer=said, entry=entry(by, **facts))


def correction(
    number: int, said: str, by: str = "ada", reason: str = "misread", **facts: object
) -> CorrectionGiven:
    """A correction of an entry of the first phase."""
    return CorrectionGiven(prompt=f"{PREPARE}{number}", answer=said, entry=entry(by, reason=reason, **facts))


FIRST: tuple[tuple[int, str, dict[str, str]], ...] = (
    (1, "done", {}),
    (2, "yes", {}),
    (3, "220 mL", {}),
    (4, "fresh", {}),
    (5, "BAG-0001", {}),
    (6, "221", {"source": "balance-1"}),
    (7, "computed", {}),
    (9, "S-17", {}),
)
"""What is answered at once; a timer and two critical entries come later."""


def answer_first(floor: Floor) -> None:
    """Answer the first phase but for the verification of its signature."""
    floor.scan(*(answer(number, said, **facts) for number, said, facts in FIRST))
    for _ in range(5):
        floor.scan()
    floor.scan(answer(8, "done"), answer(10, "92"), answer(11, "signed"))
    floor.scan(verification(10))


def fed() -> Floor:
    """A batch that waits for nothing but its reading, and the time of feeding."""
    floor = Floor.of()
    floor.scan()
    answer_first(floor)
    floor.scan(verification(11))
    floor.scan(
        PromptAnswered(
            prompt="culture/ask/picture#1", answer="label.png", entry=entry("ada", attachment="ab" * 32)
        )
    )
    return floor
