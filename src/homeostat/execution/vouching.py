"""Vouching: what is known against an order when it is taken up: of its signature, its source and its lot.

In: an order of a person. Out: objections in words, which go on record with it; the scan refuses what they speak
against. Looked up in the site's ledger once, when the order comes in, so that a scan depends on its inputs alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from homeostat.execution.plan import Plan
from homeostat.execution.slips import AnswerSlip, ChangeSlip, CommandSlip, Slip, shown, subject
from homeostat.execution.stages.recipe import prompt_name
from homeostat.governance.changes import objection
from homeostat.governance.instruments import doubts, instruments
from homeostat.governance.materials import lots
from homeostat.governance.signing import signatures
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import SourceJudged
from homeostat.process import Prompt

KIND = "step"
"""The kind of subject that a person signs who answers, verifies, corrects or commands."""
SEPARATOR = "/"
"""Between material and lot in a code, where the code names both."""


@dataclass(frozen=True)
class Voucher:
    """What is known at a site about the orders to one batch; `clock` gives the stamp of now."""

    ledger: Ledger
    batch: str
    plan: Plan
    clock: Callable[[], str]

    def __call__(self, slip: Slip) -> tuple[str, ...]:
        """The objections to an order; empty where there are none."""
        if isinstance(slip, AnswerSlip):
            prompt = _prompts(self.plan).get(slip.prompt)
            return (*self._signed(slip, prompt), *self._source(slip, prompt), *self._lot(slip, prompt))
        if isinstance(slip, ChangeSlip):
            against = objection(self.ledger, self.batch, slip.deviation, slip.what, slip.signature)
            return (against,) if against else ()
        return self._signed(slip, None) if isinstance(slip, CommandSlip) else ()

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

    def _signed(self, slip: AnswerSlip | CommandSlip, prompt: Prompt | None) -> tuple[str, ...]:
        """At a GMP site every entry and command is signed; everywhere what asks for a signature."""
        if not self.plan.gmp and (prompt is None or prompt.kind != "signature"):
            return ()
        found = signatures(self.ledger, KIND, subject(self.batch, slip), shown(self.batch, slip))
        meaning = "verified" if slip.order == "verify" else "performed"
        if any((one.person, one.meaning, one.state) == (slip.by, meaning, "valid") for one in found):
            return ()
        return (f"{slip.by} has not signed this as {meaning}",)

    def _source(self, slip: AnswerSlip, prompt: Prompt | None) -> tuple[str, ...]:
        if not slip.source:
            return ("the terminal or instrument it comes from is not named",) if self.plan.gmp else ()
        device = prompt.device if prompt is not None and slip.order != "verify" else ""
        return doubts(instruments(self.ledger), slip.source, device, self.clock())

    def _lot(self, slip: AnswerSlip, prompt: Prompt | None) -> tuple[str, ...]:
        """A scanned lot has to be released and in date; a training site also takes what nobody has received."""
        if prompt is None or prompt.material is None or slip.order == "verify":
            return ()
        number = slip.answer.removeprefix(f"{prompt.material}{SEPARATOR}")
        found = lots(self.ledger).get((prompt.material, number))
        if found is not None:
            return found.objections(self.clock())
        return (f"there is no lot {number} of {prompt.material}",) if self.plan.gmp else ()


def _prompts(plan: Plan) -> dict[str, Prompt]:
    """Every prompt of the recipe by its name."""
    return {
        prompt_name(node.path, number): prompt
        for node in plan.nodes
        if node.phase is not None
        for number, prompt in enumerate(node.phase.prompts, start=1)
    }
