"""The recipe as it was carried out: phases, and the questions to the operator."""

from collections.abc import Iterator

from homeostat.ledger.catalogue import (
    LOG_ENDED,
    LogEnded,
    PromptAnswered,
    PromptOpened,
    StepChanged,
)
from homeostat.ledger.catalogue.recipe import STILL_HOLDS
from homeostat.process import Phase
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import Rule
from homeostat.quality.exceptions.seen import NOT_DUE, PASSED, Seen, Sign, classed, one, tail
from homeostat.quality.model import PromptLine, StepLine
from homeostat.quality.wording import duration, times


def phases(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every phase that ran, and every declared one that did not though the batch came to its end.

    What the recipe itself repeats or rules out is as it should be; a loop that came to its bound in vain is not.
    """
    runs: dict[str, list[StepLine]] = {}
    declared = dict(_declared(matter))
    for line in matter.steps:
        if line.level == "phase":
            runs.setdefault(line.step, []).append(line)
    for path, lines in runs.items():
        most = phase.repeat.most if (phase := declared.get(path)) and phase.repeat else 1
        signs = (*_stopped(matter, lines), *_repeated(matter, path, lines, most), *_in_vain(matter, lines))
        yield Seen(signs) if signs else NOT_DUE if lines[-1].state == "running" else PASSED
    whole = matter.header.state == "complete" and not matter.story.of(LogEnded)
    for path, phase in declared.items():
        if path not in runs:
            yield one("skipped", path, None, matter.places.start(), title=phase.title) if whole else NOT_DUE


def _declared(matter: Matter) -> Iterator[tuple[str, Phase]]:
    """Every phase of the recipe, by its path."""
    for procedure in matter.story.process.recipe.procedure if matter.story.process else ():
        for operation in procedure.operations:
            for phase in operation.phases:
                yield f"{procedure.name}/{operation.name}/{phase.name}", phase


def _stopped(matter: Matter, lines: list[StepLine]) -> Iterator[Sign]:
    for line in lines:
        if line.state == "stopped" and line.cause != LOG_ENDED:
            events = matter.places.of(StepChanged, "step", line.step, line.end)
            yield Sign(
                "stopped", line.step, {"title": line.title, "because": tail(line.cause)}, line.end, events
            )


def _repeated(matter: Matter, path: str, lines: list[StepLine], most: int) -> Iterator[Sign]:
    """A phase that began more often than the recipe lets it."""
    if len(lines) > most:
        events = tuple(
            event for line in lines for event in matter.places.of(StepChanged, "step", path, line.start)
        )
        fills = {"title": lines[0].title, "times": times(len(lines))}
        yield Sign("repeated", path, fills, lines[1].start, tuple(dict.fromkeys(events)))


def _in_vain(matter: Matter, lines: list[StepLine]) -> Iterator[Sign]:
    """A loop that ran as often as it may, and its condition still asked for another run."""
    for line in lines:
        if line.state == "complete" and STILL_HOLDS in line.cause:
            events = matter.places.of(StepChanged, "step", line.step, line.end)
            yield Sign(
                "in vain", line.step, {"title": line.title, "because": tail(line.cause)}, line.end, events
            )


def prompts(matter: Matter, rule: Rule) -> Iterator[Seen]:
    """Every question: whether it was settled, which answers were refused, and how long it took."""
    for line in matter.prompts:
        signs = tuple(_asked(matter, rule, line))
        yield Seen(signs) if signs else PASSED if line.accepted else NOT_DUE


def _asked(matter: Matter, rule: Rule, line: PromptLine) -> Iterator[Sign]:
    opened = matter.places.of(PromptOpened, "prompt", line.prompt)
    asked: dict[str, object] = {"asked": f"“{line.text}”"}
    if not line.accepted and matter.header.finished and not line.unverified:  # else it is told as an entry
        yield Sign("unsettled", line.prompt, asked, line.asked, opened)
    for answer in line.answers:
        if answer.accepted is False and answer.act == "answer":
            fills = asked | {"answer": answer.answer, "because": tail(answer.reason)}
            events = matter.places.of(PromptAnswered, "prompt", line.prompt, answer.time)
            yield Sign(
                classed(rule, answer.reason, "refused", answer.cause), line.prompt, fills, answer.time, events
            )
    settled = next((answer.time for answer in line.answers if answer.accepted), line.asked)
    waited = settled - line.asked
    if waited > rule.span("longest answer"):
        yield Sign("late", line.prompt, asked | {"waited": duration(waited)}, line.asked, opened)
