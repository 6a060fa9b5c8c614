"""The desk: where controllers' questions are worked on outside the scan, each within its deadline, by solvers that
show a heartbeat.

In: what the controllers were asked. Out: for each that has no answer in time the fact that it has none. The answers
themselves are kept by the planners; the next scan takes them from there. A solver that hangs, be it to the deadline
or without another iteration for its heartbeat, is left behind and not waited for again: until it ends, every further
question to it is late at once.
"""

import time
from collections.abc import Callable, Sequence
from threading import Thread

from homeostat.control.predictive import Question
from homeostat.control.predictive.planner import Planner, planner
from homeostat.execution.plan.steering import ControllerPlan
from homeostat.execution.state import ControllerState
from homeostat.ledger.catalogue import PlanMissed

LOOKS = 8
"""How often a heartbeat is looked for in the time that it may take."""


def prepare(controllers: Sequence[ControllerPlan]) -> None:
    """Compile every planner: what takes seconds the first time must not count against a deadline.

    One that cannot be made is no reason not to begin: it will be missed, on record, when it is asked.
    """
    for controller in controllers:
        try:
            planner(controller.task)
        except Exception as error:
            if "interrupt" in str(error).lower():  # CasADi makes an error of its own of it
                raise KeyboardInterrupt from error


class Desk:
    """Works on the questions to `controllers`, on all of them at once; `clock` (s) says how long they take."""

    def __init__(
        self, controllers: Sequence[ControllerPlan], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._controllers, self._clock = controllers, clock
        self._busy: dict[str, Thread] = {}

    def work(self, memories: Sequence[ControllerState]) -> list[PlanMissed]:
        """Have every open question answered; which were not, in time."""
        if all(memory.question is None for memory in memories):
            return []
        began = self._clock()
        pairs = zip(self._controllers, memories, strict=True)
        works = [
            (controller, memory.asked, self._take(controller, memory.question))
            for controller, memory in pairs
            if memory.question is not None
        ]
        found = [
            (controller, asked, self._wait(controller, work, began)) for controller, asked, work in works
        ]
        return [
            PlanMissed(controller=controller.name, made=asked, reason=reason)
            for controller, asked, reason in found
            if reason
        ]

    def _take(self, controller: ControllerPlan, question: Question) -> "_Work | None":
        """Begin to work on a question, unless an earlier one is still being worked on."""
        before = self._busy.get(controller.name)
        if before is not None and before.is_alive():
            return None
        work = _Work(controller, question)
        self._busy[controller.name] = work
        work.start()
        return work

    def _wait(self, controller: ControllerPlan, work: "_Work | None", began: float) -> str:
        """Why there is no answer; empty when there is one."""
        if work is None:
            return "the solver is still at an earlier question"
        beats, heard = work.beats, began
        while work.is_alive():
            now = self._clock()
            if work.beats != beats:
                beats, heard = work.beats, now
            left, calm = controller.deadline - (now - began), controller.heartbeat - (now - heard)
            if left <= 0.0:
                return f"no answer within {controller.deadline:g} s"
            if calm <= 0.0 and work.beats is not None:
                return f"no heartbeat for {controller.heartbeat:g} s"
            work.join(min(left, controller.heartbeat / LOOKS))
        return work.failure


class _Work(Thread):
    """One question being answered; a thread that no interpreter waits for at its end."""

    def __init__(self, controller: ControllerPlan, question: Question) -> None:
        super().__init__(name=controller.name, daemon=True)
        self._controller, self._question = controller, question
        self._planner: Planner | None = None
        self.failure = ""

    @property
    def beats(self) -> int | None:
        """How many iterations the solver has ever begun; None until there is one, for compiling takes its time."""
        return None if self._planner is None else self._planner.beats

    def run(self) -> None:
        """Have the question answered; whatever ends the solver is a failure of this answer, and of nothing else."""
        try:
            self._planner = planner(self._controller.task)
            self._planner.answer(self._question)
        except Exception as error:  # noqa: BLE001 - a batch goes on without its optimiser, and the ledger says so
            self.failure = f"the solver failed: {type(error).__name__}: {error}"
