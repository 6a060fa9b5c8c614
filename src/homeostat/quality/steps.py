"""What the recipe did: steps and the operator's part in them."""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from homeostat.ledger.catalogue import (
    CorrectionGiven,
    EntryAmended,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    StepChanged,
    VerificationGiven,
)
from homeostat.quality.amended import amendments
from homeostat.quality.model import Answer, PromptLine, StepLine
from homeostat.quality.story import Fact, Story

Act: TypeAlias = Literal["answer", "verification", "correction"]


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
    """Every question with its answers, those amended since among them, in the order in which they were asked."""
    told = (EntryJudged, PromptClosed, PromptAnswered, VerificationGiven, CorrectionGiven)
    facts = [fact for kind in told for fact in story.of(kind)]
    asked = {fact.data.prompt: _Answers() for fact in story.of(PromptOpened)}
    for fact in sorted(facts, key=lambda fact: fact.seq):
        if isinstance(
            fact.data, PromptAnswered | VerificationGiven | CorrectionGiven | EntryJudged | PromptClosed
        ):
            asked.setdefault(fact.data.prompt, _Answers()).take(fact.actor, fact.time, fact.data)
    for fact in amendments(story):
        asked.setdefault(fact.data.prompt, _Answers()).amend(fact)
    return tuple(_prompt(fact, asked[fact.data.prompt].given) for fact in story.of(PromptOpened))


_ACTS: Mapping[type[Payload], Act] = {VerificationGiven: "verification", CorrectionGiven: "correction"}


class _Answers:
    """The answers to one prompt as they come, each judged in the order in which it came."""

    def __init__(self) -> None:
        self.given: list[Answer] = []
        self._closed = False
        self._told = False  # what closes next was judged already

    def take(
        self,
        actor: str,
        time: int,
        data: PromptAnswered | VerificationGiven | CorrectionGiven | EntryJudged | PromptClosed,
    ) -> None:
        """Note an answer, or what was concluded of the oldest one that waits."""
        if isinstance(data, EntryJudged):
            self._judge(data)
        elif isinstance(data, PromptClosed):
            if not self._told:
                self._settle({"accepted": data.accepted, "reason": data.reason, "cause": data.cause or ""})
            self._told, self._closed = False, self._closed or data.accepted
        else:
            self.given.append(_given(actor, time, data))

    def amend(self, fact: Fact[EntryAmended]) -> None:
        """Note what a person corrected or verified once the batch had ended, which nothing waits for."""
        said = _given(fact.actor, fact.time, fact.data)
        self.given.append(said.model_copy(update={**_judged(fact.data.judged), "afterwards": True}))

    def _judge(self, data: EntryJudged) -> None:
        refused = data.status == "refused"
        self._settle(_judged(data))
        closes = data.status == "taken" or (data.status == "verified" and not self._closed)
        self._told = closes or (refused and data.act == "answer")

    def _settle(self, update: Mapping[str, object]) -> None:
        place = next((i for i, one in enumerate(self.given) if one.accepted is None), None)
        if place is not None:
            self.given[place] = self.given[place].model_copy(update=dict(update))


def _judged(data: EntryJudged) -> dict[str, object]:
    """What a judgement says of an answer."""
    refused = data.status == "refused"
    told = {"status": data.status, "value": data.value, "flags": data.flags, "old": data.old}
    told["cause"] = data.cause or ""
    return {**told, "accepted": not refused, "reason": data.reason if refused else ""}


def _given(
    actor: str, time: int, data: PromptAnswered | VerificationGiven | CorrectionGiven | EntryAmended
) -> Answer:
    act = data.judged.act if isinstance(data, EntryAmended) else _ACTS.get(type(data), "answer")
    given = Answer(answer=data.answer, by=actor, time=time, accepted=None, reason="", act=act)
    if data.entry is None:
        return given
    said = data.entry.model_dump(include={"entered", "happened", "source", "attachment"})
    return given.model_copy(update={**said, "why": data.entry.reason})


def _prompt(fact: Fact[PromptOpened], answers: list[Answer]) -> PromptLine:
    data = fact.data
    taken = [one for one in answers if one.accepted and one.act != "verification"]
    two = bool(data.asks and (data.asks.get("critical") or data.asks.get("meaning") == "verified"))
    last = [
        one for one in answers if one.accepted and (one.act != "verification" or one.status == "verified")
    ]
    waits = two and bool(taken) and last[-1].status != "verified"
    return PromptLine(
        prompt=data.prompt,
        step=data.step,
        text=data.text,
        kind=data.kind,
        unit=data.unit,
        asked=fact.time,
        answers=tuple(answers),
        accepted=bool(taken) and not waits,
        changed=any(one.status == "corrected" for one in taken),
        unverified=waits,
        critical=two,
    )
