"""The scripted operator: answers prompts as the process file says, two minutes after they are asked."""

from collections.abc import Mapping

from homeostat.execution.plan import MICROSECONDS
from homeostat.execution.stages.recipe import prompt_name
from homeostat.ledger.catalogue import RECONCILE, PromptAnswered
from homeostat.process import Process

DELAY = 2 * 60 * MICROSECONDS
ACTOR = "scripted operator"


class ScriptedOperator:
    """Knows an answer to each prompt of the recipe, and to the reconciliations that a person has given it."""

    def __init__(self, process: Process) -> None:
        self._answers = dict(_script(process))
        self._asked: dict[str, int] = {}

    def ask(self, prompt: str, time: int) -> None:
        """Take note of a prompt that was opened, or is asked again, at `time`."""
        self._asked.setdefault(prompt, time)

    def forget(self, prompt: str) -> None:
        """The prompt was answered on record."""
        self._asked.pop(prompt, None)

    def reconcile(self, answer: str) -> None:
        """A person's word on the commands that are open now; what opens later is another question."""
        self._answers |= {name: answer for name in self._asked if name.startswith(RECONCILE)}

    def answers(self, time: int) -> tuple[PromptAnswered, ...]:
        """The answers given by `time`, each once, in the order the prompts were asked."""
        due = [name for name, asked in self._asked.items() if asked + DELAY <= time and name in self._answers]
        return tuple(self._give(name) for name in due)

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return any(name in self._answers for name in self._asked)

    def _give(self, name: str) -> PromptAnswered:
        del self._asked[name]
        return PromptAnswered(prompt=name, answer=self._answers[name])


def _script(process: Process) -> Mapping[str, str]:
    """The declared answer of every prompt, by its name."""
    return {
        prompt_name(f"{unit.name}/{operation.name}/{phase.name}", number): prompt.answer
        for unit in process.recipe.procedure
        for operation in unit.operations
        for phase in operation.phases
        for number, prompt in enumerate(phase.prompts, start=1)
    }
