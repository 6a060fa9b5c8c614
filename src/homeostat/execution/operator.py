"""The scripted operator: answers prompts as the process file says, two minutes after they are asked."""

from collections.abc import Mapping

from homeostat.execution.plan import MICROSECONDS
from homeostat.execution.stages.recipe import prompt_name
from homeostat.ledger.catalogue import RECONCILE, PromptAnswered, PromptOpened
from homeostat.process import Process

DELAY = 2 * 60 * MICROSECONDS
ACTOR = "scripted operator"


class ScriptedOperator:
    """Knows an answer to each prompt of the recipe, and to the reconciliation of a command if it is told one."""

    def __init__(self, process: Process, reconcile: str = "") -> None:
        self._answers = _script(process)
        self._reconcile = reconcile
        self._asked: dict[str, int] = {}

    def ask(self, prompt: PromptOpened, time: int) -> None:
        """Take note of a prompt that was opened at `time`."""
        self._asked[prompt.prompt] = time

    def forget(self, prompt: str) -> None:
        """The prompt was answered on record."""
        self._asked.pop(prompt, None)

    def answers(self, time: int, *, live: bool) -> tuple[PromptAnswered, ...]:
        """The answers given by `time`, each once, in the order the prompts were asked.

        A reconciliation is a person's word of today: it is given only `live`, not while the record is executed.
        """
        due = [name for name, asked in self._asked.items() if asked + DELAY <= time and self._answer(name)]
        return tuple(self._give(name) for name in due if live or not name.startswith(RECONCILE))

    @property
    def busy(self) -> bool:
        """Whether an answer is still to come."""
        return any(self._answer(name) for name in self._asked)

    def _give(self, name: str) -> PromptAnswered:
        del self._asked[name]
        return PromptAnswered(prompt=name, answer=self._answer(name))

    def _answer(self, name: str) -> str:
        return self._reconcile if name.startswith(RECONCILE) else self._answers.get(name, "")


def _script(process: Process) -> Mapping[str, str]:
    """The declared answer of every prompt, by its name."""
    return {
        prompt_name(f"{unit.name}/{operation.name}/{phase.name}", number): prompt.answer
        for unit in process.recipe.procedure
        for operation in unit.operations
        for phase in operation.phases
        for number, prompt in enumerate(phase.prompts, start=1)
    }
