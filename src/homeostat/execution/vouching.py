"""Vouching: what is known against an order when it is taken up: of its signature, its source and its lot.

In: an order of a person. Out: objections in words, which go on record with it; the scan refuses what they speak
against. Looked up in the site's ledger once, when the order comes in, so that a scan depends on its inputs alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from homeostat.execution.carrying import carrier, used_signatures
from homeostat.execution.plan import Plan
from homeostat.execution.slips import (
    AnswerSlip,
    ChangeSlip,
    Objection,
    Objections,
    Signable,
    Slip,
    Vouched,
)
from homeostat.execution.stages.recipe import prompt_name
from homeostat.governance.changes import objection
from homeostat.governance.instruments import doubts, instruments
from homeostat.governance.materials import lots, scanned
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import SourceJudged
from homeostat.process import Prompt


@dataclass(frozen=True)
class Voucher:
    """What is known at a site about the orders to one batch; `clock` gives the stamp of now."""

    ledger: Ledger
    batch: str
    plan: Plan
    clock: Callable[[], str]
    _taken: set[str] = field(default_factory=set)

    def __call__(self, slip: Slip) -> Vouched:
        """What is found of an order that is taken up; the signature that carries it carries no other after it."""
        if isinstance(slip, ChangeSlip):
            against = objection(self.ledger, self.batch, slip.deviation, slip.what, slip.signature, slip.by)
            return Vouched((Objection(None, against),) if against else ())
        prompt = prompts_of(self.plan).get(slip.prompt) if isinstance(slip, AnswerSlip) else None
        signed = self._signed(slip, prompt)
        if not isinstance(slip, AnswerSlip):
            return signed
        return Vouched((*signed.objections, *self.doubts(slip)), signed.signature)

    def doubts(self, slip: AnswerSlip) -> Objections:
        """What is known against the source and the lot of an entry, whoever signed it."""
        prompt = prompts_of(self.plan).get(slip.prompt)
        return (*self._source(slip, prompt), *self._lot(slip, prompt))

    def sources(self, doubted: Mapping[str, str]) -> list[SourceJudged]:
        """What has changed of the instruments behind the tags since `doubted` was known, by tag."""
        now = self.clock()
        behind = {tag: one for one in instruments(self.ledger).values() for tag in one.tags}
        found = {tag: "; ".join(one.objections(now)) for tag, one in behind.items() if tag in self.plan.tags}
        return [
            SourceJudged(tag=tag, instrument=behind[tag].id, reason=reason)
            for tag, reason in sorted(found.items())
            if reason != doubted.get(tag, "")
        ]

    def _signed(self, slip: Signable, prompt: Prompt | None) -> Vouched:
        """At a GMP site every order is signed; everywhere what asks for a signature."""
        if not self.plan.gmp and (prompt is None or prompt.kind != "signature"):
            return Vouched()
        against, event = carrier(self.ledger, self.batch, slip, self._used(), gmp=self.plan.gmp)
        if against:
            return Vouched((Objection("signature", against),))
        self._taken.add(event)
        return Vouched((), event)

    def _used(self) -> frozenset[str]:
        """The signatures that have carried an order, also one that is not on record yet."""
        return used_signatures(self.ledger, self.batch) | self._taken

    def _source(self, slip: AnswerSlip, prompt: Prompt | None) -> Objections:
        if not slip.source:
            unnamed = Objection("source", "the terminal or instrument it comes from is not named")
            return (unnamed,) if self.plan.gmp else ()
        device = prompt.device if prompt is not None and slip.order != "verify" else ""
        against = doubts(instruments(self.ledger), slip.source, device, self.clock())
        return tuple(Objection("source", words) for words in against)

    def _lot(self, slip: AnswerSlip, prompt: Prompt | None) -> Objections:
        """A scanned lot has to be released and in date; a training site also takes what nobody has received."""
        if prompt is None or prompt.material is None or slip.order == "verify":
            return ()
        number = scanned(prompt.material, slip.answer)
        found = lots(self.ledger).get((prompt.material, number))
        if found is not None:
            return tuple(Objection("lot", words) for words in found.objections(self.clock()))
        unknown = Objection("lot", f"there is no lot {number} of {prompt.material}")
        return (unknown,) if self.plan.gmp else ()


def prompts_of(plan: Plan) -> dict[str, Prompt]:
    """Every prompt of the recipe by its name."""
    return {
        prompt_name(node.path, number, run): prompt
        for node in plan.nodes
        if node.phase is not None
        for run in range(1, node.phase.most + 1)
        for number, prompt in enumerate(node.phase.prompts, start=1)
    }
