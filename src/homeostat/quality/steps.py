"""What the recipe did: steps and the operator's part in them."""

from homeostat.ledger.catalogue import PromptAnswered, PromptClosed, PromptOpened, StepChanged
from homeostat.quality.model import Answer, PromptLine, StepLine
from homeostat.quality.story import Fact, Story


def steps(story: Story) -> tuple[StepLine, ...]:
    """Unit procedures, operations and phases in the order in which they began."""
    lines: list[StepLine] = []
    for fact in story.of(StepChanged):
        place = _running(lines, fact.data.step)
        if fact.data.state == "running" or place is None:
            lines.append(_begun(fact))
        if fact.data.state != "running":
            place = len(lines) - 1 if place is None else place
            lines[place] = _ended(lines[place], fact)
    return tuple(lines)


def _running(lines: list[StepLine], step: str) -> int | None:
    places = (place for place, line in enumerate(lines) if line.step == step and line.state == "running")
    return next(places, None)


def _begun(fact: Fact[StepChanged]) -> StepLine:
    data = fact.data
    return StepLine(
        step=data.step,
        level=data.level,
        title=data.title,
        start=fact.time,
        end=None,
        duration=None,
        state="running",
        cause="",
    )


def _ended(line: StepLine, fact: Fact[StepChanged]) -> StepLine:
    end = {"end": fact.time, "duration": fact.time - line.start}
    return line.model_copy(update={**end, "state": fact.data.state, "cause": fact.data.cause})


def prompts(story: Story) -> tuple[PromptLine, ...]:
    """Every question with its answers, in the order in which they were asked."""
    answers: dict[str, list[Answer]] = {fact.data.prompt: [] for fact in story.of(PromptOpened)}
    for fact in story.mixed(PromptAnswered, PromptClosed):
        given = answers.setdefault(fact.data.prompt, [])
        if isinstance(fact.data, PromptAnswered):
            given.append(_given(fact.actor, fact.time, fact.data))
        elif given:
            given[-1] = _judged(given[-1], fact.data)
    return tuple(_prompt(fact, answers[fact.data.prompt]) for fact in story.of(PromptOpened))


def _given(actor: str, time: int, data: PromptAnswered) -> Answer:
    return Answer(answer=data.answer, by=actor, time=time, accepted=None, reason="")


def _judged(answer: Answer, data: PromptClosed) -> Answer:
    return answer.model_copy(update={"accepted": data.accepted, "reason": data.reason})


def _prompt(fact: Fact[PromptOpened], answers: list[Answer]) -> PromptLine:
    data = fact.data
    return PromptLine(
        prompt=data.prompt,
        step=data.step,
        text=data.text,
        kind=data.kind,
        unit=data.unit,
        asked=fact.time,
        answers=tuple(answers),
        accepted=any(answer.accepted for answer in answers),
    )
