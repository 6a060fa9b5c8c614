"""What stands in the way of a release: each obstacle in words, as a pure function of the grounds.

Grounds -> obstacles -> none: the certificate may be signed
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from homeostat.governance.released import Status
from homeostat.quality.release.certificate import Certificate
from homeostat.quality.wording import count


@dataclass(frozen=True)
class Grounds:
    """All that a release rests on, as it stands now.

    `state` is the batch's; `altered` what the verification of the site found changed, in words; `unresolved` the
    exceptions (a clock that stepped while the batch was recorded is one) and deviations that are open; `reviewed` why
    no signed review covers the record as it stands; `custody` what keeps the product where it is; `unsigned` which
    signatures an exceptional release still lacks; `unfounded` which judgements follow from no result; `seen` the place
    in the ledger up to which they were gathered (None: they were not gathered from one).
    """

    state: str
    finished: bool
    status: Status
    certificate: Certificate
    altered: Sequence[str] = ()
    unresolved: Sequence[str] = ()
    reviewed: str = ""
    custody: Sequence[str] = ()
    unsigned: Sequence[str] = ()
    unfounded: Sequence[str] = ()
    seen: int | None = None


def as_signed(grounds: Grounds) -> Certificate:
    """The certificate that was decided by, as its signature keeps it; the one that stands where nothing was decided."""
    kept = grounds.status.certificate
    return Certificate.model_validate(kept) if kept else grounds.certificate


class Obstacle(NamedTuple):
    """What stands in the way: of which kind, in words, and how it is mended."""

    kind: str
    words: str
    mend: str


_RESOLVED = {
    "EX-": "homeostat review dispose {batch} {name}",
    "DEV-": "homeostat deviation close {name}",
}
"""How each kind of what is unresolved is resolved."""
_REQUESTED = "homeostat deviation open --request {name}"


def obstacles(grounds: Grounds) -> tuple[Obstacle, ...]:
    """Everything that stands in the way, in the order in which it would be asked."""
    return tuple(found for rule in RULES for found in rule(grounds))


def _order(grounds: Grounds) -> Iterator[Obstacle]:
    if not grounds.status.may("release"):
        yield Obstacle("state", f"the batch is {grounds.status.state}", "nothing can be released twice")


def _ended(grounds: Grounds) -> Iterator[Obstacle]:
    if not grounds.finished:
        yield Obstacle("state", f"the batch has not ended: it is {grounds.state}", "let it come to its end")
    elif grounds.state != "complete":
        yield Obstacle("state", f"the batch ended {grounds.state}", "reject it")


def _whole(grounds: Grounds) -> Iterator[Obstacle]:
    for words in grounds.altered:
        yield Obstacle("record", words, "see: homeostat verify")


def _reviewed(grounds: Grounds) -> Iterator[Obstacle]:
    if not grounds.certificate.review:
        words, batch = grounds.reviewed or "the record was not reviewed", grounds.certificate.batch
        yield Obstacle(
            "review",
            words,
            f"read it: homeostat review {batch}; then: homeostat review sign {batch} --why WHY",
        )


def _resolved(grounds: Grounds) -> Iterator[Obstacle]:
    for words in grounds.unresolved:
        name = words.partition(":")[0]
        mend = next((mend for kind, mend in _RESOLVED.items() if name.startswith(kind)), _REQUESTED)
        yield Obstacle("exception", words, mend.format(name=name, batch=grounds.certificate.batch))


def _conforming(grounds: Grounds) -> Iterator[Obstacle]:
    """Results that do not conform are waived by an exceptional release alone, and by all its signatures."""
    certificate = grounds.certificate
    if certificate.exceptional and certificate.conforms:
        yield Obstacle("result", "every result conforms: nothing is exceptional", "release it as usual")
    elif not certificate.exceptional:
        for one in certificate.failing:
            yield Obstacle(
                "result",
                f"{one.title}: {one.conformity} ({one.words})",
                "measure it, or release exceptionally",
            )
    elif grounds.unsigned:
        words = f"{count(len(grounds.unsigned), 'signature')} missing: {', '.join(grounds.unsigned)}"
        yield Obstacle("signature", words, "see: homeostat release request, homeostat release agree")


def _founded(grounds: Grounds) -> Iterator[Obstacle]:
    """What the certificate tells was measured, as it follows from the results; no release waives that."""
    for words in grounds.unfounded:
        yield Obstacle("result", words, "see: homeostat verify, homeostat replay")


def _free(grounds: Grounds) -> Iterator[Obstacle]:
    for words in grounds.custody:
        yield Obstacle("custody", words, "see: homeostat custody show")


RULES: tuple[Callable[[Grounds], Iterator[Obstacle]], ...] = (
    _order,
    _ended,
    _whole,
    _reviewed,
    _resolved,
    _conforming,
    _founded,
    _free,
)
"""What is asked before a release, in order."""
