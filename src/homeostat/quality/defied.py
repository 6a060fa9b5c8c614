"""Judgements of entries that no scan concludes: of what nobody entered, or against what was found when it was taken up.

events of GMP batches -> each judgement that follows from no entry on record, or accepts one that was objected to
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import (
    DEMONSTRATION,
    SECOND_DEMONSTRATION,
    CorrectionGiven,
    Entry,
    EntryJudged,
    Payload,
    PromptAnswered,
    VerificationGiven,
)


class _Said(NamedTuple):
    """What a judgement has to repeat of its entry."""

    act: str
    by: str
    answer: str


def defied(heard: Iterable[tuple[Recorded, Payload]]) -> Iterator[tuple[Recorded, str]]:
    """Each such judgement, and why it is one, in words; each entry is judged once, in the order of the ledger."""
    waiting = dict[tuple[str, str], list[tuple[_Said, Entry | None]]]()
    for recorded, content in heard:
        match content:
            case PromptAnswered() | VerificationGiven() | CorrectionGiven():
                place = (recorded.event.batch, content.prompt)
                waiting.setdefault(place, []).append((_said(content), content.entry))
            case EntryJudged():
                said = _Said(content.act, content.by, content.answer)
                of = waiting.get((recorded.event.batch, content.prompt), [])
                one = next((entry for entry in of if entry[0] == said), None)
                if one is None:
                    yield recorded, f"no {content.act} on record says '{content.answer}' as by {content.by}"
                    continue
                of.remove(one)
                found = one[1].objections if one[1] is not None else ()
                if found and content.status != "refused":
                    yield recorded, f"it says '{content.status}' against what was found: {'; '.join(found)}"
            case _:
                pass


def _said(content: PromptAnswered | VerificationGiven | CorrectionGiven) -> _Said:
    match content:
        case PromptAnswered():
            act, nobody = "answer", DEMONSTRATION
        case VerificationGiven():
            act, nobody = "verification", SECOND_DEMONSTRATION
        case _:
            act, nobody = "correction", ""
    return _Said(act, content.entry.by if content.entry else nobody, content.answer)
