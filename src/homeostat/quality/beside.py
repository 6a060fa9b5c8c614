"""The frozen models that ran beside the batch: which packages were loaded, and when one decided something else.

In: the story. Out: one line a model. Latest values come from the historian, whether a model watches or predicts.
"""

import json
from collections.abc import Iterator, Mapping

from homeostat.ledger.catalogue import ModelLoaded, PredictionChanged, WatchChanged
from homeostat.quality.model import AnswerLine, ModelLine
from homeostat.quality.story import Fact, Story

VALUE, LOW, HIGH = "soft.", "soft.low.", "soft.high."
"""How the historian's columns of a soft sensor begin: its value and the ends of its interval."""


def models(story: Story) -> tuple[ModelLine, ...]:
    """One line for each model that was loaded, in the order of the record."""
    answers: dict[str, list[AnswerLine]] = {}
    for fact in story.mixed(PredictionChanged, WatchChanged):
        answers.setdefault(fact.data.model, []).append(_answer(fact))
    return tuple(
        _line(story, fact, tuple(answers.get(fact.data.model, ()))) for fact in story.of(ModelLoaded)
    )


def _line(story: Story, fact: Fact[ModelLoaded], changes: tuple[AnswerLine, ...]) -> ModelLine:
    name, package = fact.data.model, document(fact.data.package)
    declared = story.process.monitoring.models.get(name) if story.process else None
    used, tested = package.get("use"), package.get("self_test")
    last = changes[-1] if changes else None
    return ModelLine(
        model=name,
        title=declared.title if declared else name,
        package=" ".join(str(package[key]) for key in ("name", "version") if key in package),
        hash=fact.data.hash,
        question=str(used.get("question", "")) if isinstance(used, dict) else "",
        critical=declared.critical if declared else False,
        tested=len(tested.get("rows", ())) if isinstance(tested, dict) else 0,
        loaded=fact.time,
        unit=str(package.get("unit", "")),
        decision=last.decision if last else "undecided",
        since=last.time if last else fact.time,
        value=story.tapes.last(VALUE + name),
        low=story.tapes.last(LOW + name),
        high=story.tapes.last(HIGH + name),
        changes=changes,
    )


def document(text: str) -> Mapping[str, object]:
    """What a package says; nothing where it cannot be read. Its hash is checked elsewhere."""
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _answer(fact: Fact[PredictionChanged | WatchChanged]) -> AnswerLine:
    data = fact.data
    shared = {
        "time": fact.time,
        "before": data.before,
        "decision": data.decision,
        "drivers": data.drivers,
        "missing": data.missing,
        "reason": data.reason,
    }
    return AnswerLine.model_validate(shared | dict(_told(data)))


def _told(data: PredictionChanged | WatchChanged) -> Iterator[tuple[str, object]]:
    """What only one of the two kinds tells."""
    if isinstance(data, WatchChanged):
        yield "ratios", data.ratios
        return
    for name in ("value", "low", "high", "outside", "strangers"):
        yield name, getattr(data, name)
