"""What is noted of the decisions of a run, for whoever watches it, and for its end: phase, cause, open questions."""

from collections.abc import Collection

from homeostat.execution.states import ACTING, State
from homeostat.ledger.catalogue import Payload, PromptClosed, PromptOpened, StateChanged, StepChanged


class Notes:
    """The running phase by its title, why the batch is in its state, and what it asks (prompt -> text)."""

    def __init__(self) -> None:
        self.phase = ""
        self.reason = ""
        self.questions: dict[str, str] = {}

    def take(self, decision: Payload, scripted: Collection[str]) -> str:
        """Note a decision; returns why a run with `scripted` answers cannot go on without a person, or ""."""
        if isinstance(decision, StateChanged) and State(decision.before) not in ACTING:
            self.reason = decision.cause
        elif isinstance(decision, StepChanged) and (decision.level, decision.state) == ("phase", "running"):
            self.phase = decision.title
        elif isinstance(decision, PromptOpened):
            self.questions[decision.prompt] = decision.text
        elif isinstance(decision, PromptClosed) and decision.accepted:
            self.questions.pop(decision.prompt, None)
        elif isinstance(decision, PromptClosed) and decision.prompt in scripted:
            return f"the scripted answer to {decision.prompt} was refused: {decision.reason}"
        return ""
