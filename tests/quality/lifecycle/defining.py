"""Acts on definitions: a version is judged by others than its author, and a batch starts from what is in force."""

from typing import Literal
from unittest.mock import ANY

from homeostat.governance import definitions as papers
from homeostat.governance.gate import admit

from . import scene
from .course import Told
from .handing import Handing
from .model import Changed, Version
from .reviewing import signing

PROCESS = ("process", "scene")


class Defining(Handing):
    """A version never changes; what is retired never comes back."""

    def submit(self, who: str, version: str) -> None:
        why = self.reason()
        content = scene.process(version).model_dump_json()
        known = self.model.versions
        holding = [name for name in known if self.model.definition(name) == "effective"]
        old = (holding or [*known])[-1]
        if self.do(
            who,
            "definition.author",
            lambda: papers.submit(self.office, self.desk.sessions[who], *PROCESS, version, content, why=why),
            [Told("definition.submitted", [("version", old, version)])],
            "state" if version in known else "",
        ):
            known[version] = Version(who)

    def judge(
        self, who: str, version: str, word: Literal["review", "reject", "approve"], *, right: bool = True
    ) -> None:
        """Another than the author reviews, rejects or approves a version, by signature."""
        one, why, right = self.model.versions[version], self.reason(), self.right(who, right=right)
        state = self.model.definition(version)
        becomes = {"review": "reviewed", "reject": "rejected", "approve": "approved"}[word]
        changes: list[Changed] = [("state", state, becomes)]
        changes += [("effective", "", ANY)] if word == "approve" else []
        act = {"review": papers.review, "reject": papers.reject, "approve": papers.approve}[word]
        before = ("reviewed",) if word == "approve" else ("submitted", "reviewed")
        events = self.do(
            who,
            "definition.approve" if word == "approve" else "definition.review",
            lambda: act(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                *PROCESS,
                version,
                why=why,
            ),
            [Told("record.signed", changes)],
            "apart" if who == one.author else "",
            "" if state in before else "state",
            right=right,
        )
        if events:
            one.reviewed |= word == "review"
            one.rejected |= word == "reject"
            one.approved = self.model.number() if word == "approve" else one.approved

    def retire(self, who: str, version: str) -> None:
        one, why = self.model.versions[version], self.reason()
        state = self.model.definition(version)
        if self.do(
            who,
            "definition.retire",
            lambda: papers.retire(self.office, self.desk.sessions[who], *PROCESS, version, why=why),
            [Told("definition.retired", [("state", state, "retired")])],
            "state" if state == "retired" else "",
        ):
            one.retired = True

    def start(self, who: str, version: str) -> None:
        """A batch is let in from what is approved and in force alone; that it began would be told by its run."""
        declared, state = scene.process(version), self.model.definition(version)
        self.do(
            who,
            "batch.start",
            lambda: admit(self.office, self.desk.sessions[who], declared, {}),
            [],
            "" if state == "effective" else "state",
        )
