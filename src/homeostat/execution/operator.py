"""The demonstration operator: answers prompts as the process file says, two minutes after they are asked.

Where persons answer (`manned`), it says nothing but the reconciliations that a person has given it on the way.
"""

from collections.abc import Mapping

from homeostat.execution.plan import MICROSECONDS, micros
from homeostat.execution.stages.recipe import prompt_name
from homeostat.ledger.catalogue import (
    DEMONSTRATION,
    RECONCILE,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    VerificationGiven,
)
from homeostat.process import Process, Prompt

DELAY = 2 * 60 * MICROSECONDS


class ScriptedOperator:
    """Knows an answer to each prompt of the recipe, and to the reconciliations that a person has given it."""

    def __init__(self, process: Process, *, manned: bool = False) -> None:
        self.manned = manned
        prompts = {} if manned else _prompts(process)
        self._answers = {name: prompt.answer for name, prompt in prompts.items()}
        self._patience = {
            name: micros(prompt.not_before)
            for name, prompt in prompts.items()
            if prompt.not_before is not None
        }
        self._asked: dict[str, int] = {}
        self._unverified: dict[str, int] = {}

    def ask(self, prompt: str, time: int) -> None:
        """Take note of a prompt that was opened, or is asked again, at `time`."""
        self._asked.setdefault(prompt, time)

    def forget(self, prompt: str) -> None:
        """The prompt was answered on record."""
        self._asked.pop(prompt, None)

    def hear(self, decision: Payload, time: int) -> None:
        """Take note of what was asked, what waits for a second person, and what is settled."""
        if isinstance(decision, PromptOpened):
            self.ask(decision.prompt, time)
        elif isinstance(decision, EntryJudged) and decision.status == "unverified":
            self.forget(decision.prompt)
            if decision.by == DEMONSTRATION:
                self._unverified.setdefault(decision.prompt, time)
        elif (isinstance(decision, EntryJudged) and decision.act == "verification") or (
            isinstance(decision, PromptClosed) and decision.accepted
        ):
            self.forget(decision.prompt)
            self._unverified.pop(decision.prompt, None)

    def reconcile(self, answer: str) -> None:
        """A person's word on the commands that are open now; what opens later is another question."""
        self._answers |= {name: answer for name in self._asked if name.startswith(RECONCILE)}

    def answers(self, time: int) -> tuple[PromptAnswered | VerificationGiven, ...]:
        """The answers given by `time`, each once, in the order the prompts were asked; then what is verified."""
        if not (self._asked or self._unverified):
            return ()
        due = [
            name
            for name, asked in self._asked.items()
            if name in self._answers and self._due(name, asked, time)
        ]
        seen = [name for name, taken in self._unverified.items() if taken + DELAY <= time]
        for name in seen:
            del self._unverified[name]
        verified = tuple(VerificationGiven(prompt=name, answer="") for name in seen)
        return (*(self._give(name) for name in due), *verified)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return bool(self._unverified) or any(name in self._answers for name in self._asked)

    def _due(self, name: str, asked: int, time: int) -> bool:
        return asked + max(DELAY, self._patience.get(name, 0)) <= time

    def _give(self, name: str) -> PromptAnswered:
        del self._asked[name]
        return PromptAnswered(prompt=name, answer=self._answers[name])


def _prompts(process: Process) -> Mapping[str, Prompt]:
    """Every prompt of the recipe, by its name."""
    return {
        prompt_name(f"{unit.name}/{operation.name}/{phase.name}", number, run): prompt
        for unit in process.recipe.procedure
        for operation in unit.operations
        for phase in operation.phases
        for run in range(1, (phase.repeat.most if phase.repeat else 1) + 1)
        for number, prompt in enumerate(phase.prompts, start=1)
    }
