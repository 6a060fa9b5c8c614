"""Acts on deviations: opened by anybody of the site, judged by some, closed by another."""

from typing import Literal

from homeostat.quality import deviations as rooms

from .course import Told
from .reviewing import Reviewing, signing

Grade = Literal["minor", "major", "critical"]


class Deviating(Reviewing):
    """What is closed takes nothing more but that its actions were done."""

    def open_deviation(self, who: str, batch: str, exceptions: tuple[str, ...] = ()) -> None:
        why = self.reason()
        known = self.model.batches[batch].exceptions if batch else {}
        unknown = any(name not in known for name in exceptions)
        if self.do(
            who,
            "deviation.open",
            lambda: rooms.open_deviation(
                self.office,
                self.desk.sessions[who],
                title="t",
                finding="f",
                batch=batch,
                exceptions=exceptions,
                why=why,
            ),
            [Told("deviation.opened", [("state", None, "open")])],
            "state" if unknown else "",
        ):
            self._opened(who, batch, [*exceptions])

    def take_up(self, who: str, request: str) -> None:
        """Open the deviation that was requested."""
        asked, why = self.model.requests[request], self.reason()
        if self.do(
            who,
            "deviation.open",
            lambda: rooms.open_deviation(
                self.office, self.desk.sessions[who], title="t", request=request, why=why
            ),
            [Told("deviation.opened", [("state", None, "open")])],
            "state" if asked.deviation else "",
        ):
            asked.deviation = self._opened(who, asked.batch, [])

    def _settled(self, name: str) -> str:
        return "state" if self.model.deviations[name].closed_by else ""

    def classify(self, who: str, name: str, grade: Grade) -> None:
        one, why = self.model.deviations[name], self.reason()
        if self.do(
            who,
            "deviation.assess",
            lambda: rooms.classify(self.office, self.desk.sessions[who], name, grade, why=why),
            [Told("deviation.classified", [("classification", one.classification, grade)])],
            self._settled(name),
        ):
            one.classification = grade
            one.judges.add(who)

    def assess(self, who: str, name: str) -> None:
        one, why = self.model.deviations[name], self.reason()
        if self.do(
            who,
            "deviation.assess",
            lambda: rooms.assess(self.office, self.desk.sessions[who], name, f"none, {why}", why=why),
            [Told("deviation.assessed", [("impact", one.impact, f"none, {why}")])],
            self._settled(name),
        ):
            one.impact = f"none, {why}"
            one.judges.add(who)

    def explain(self, who: str, name: str) -> None:
        one, why = self.model.deviations[name], self.reason()
        if self.do(
            who,
            "deviation.assess",
            lambda: rooms.explain(self.office, self.desk.sessions[who], name, f"a seal, {why}", why=why),
            [Told("deviation.explained", [("cause", one.cause, f"a seal, {why}")])],
            self._settled(name),
        ):
            one.cause = f"a seal, {why}"
            one.judges.add(who)

    def plan(self, who: str, name: str) -> None:
        one, why = self.model.deviations[name], self.reason()
        told = {"text": "new seals", "owner": "olga", "due": "2027-01-31"}
        if self.do(
            who,
            "deviation.assess",
            lambda: rooms.plan_action(
                self.office, self.desk.sessions[who], name, kind="preventive", **told, why=why
            ),
            [Told("deviation.action.planned", [(f"CAPA-{len(one.actions) + 1} state", None, "planned")])],
            self._settled(name),
        ):
            one.actions.append("")

    def finish(self, who: str, name: str, number: int) -> None:
        """An action is done: once, and also after the deviation was closed."""
        one, why = self.model.deviations[name], self.reason()
        known = 1 <= number <= len(one.actions)
        action = f"CAPA-{number}"
        if self.do(
            who,
            "deviation.assess",
            lambda: rooms.finish_action(
                self.office, self.desk.sessions[who], name, action, evidence=f"order {why}", why=why
            ),
            [Told("deviation.action.done", [(f"{action} evidence", "", f"order {why}")])],
            "" if known and not one.actions[number - 1] else "state",
        ):
            one.actions[number - 1] = f"order {why}"

    def link(self, who: str, name: str, exceptions: tuple[str, ...]) -> None:
        one, why = self.model.deviations[name], self.reason()
        batch = self.model.batches.get(one.batch)
        unknown = batch is None or any(each not in batch.exceptions for each in exceptions)
        if self.do(
            who,
            "deviation.open",
            lambda: rooms.link(self.office, self.desk.sessions[who], name, exceptions, why=why),
            [
                Told(
                    "deviation.linked",
                    [("exceptions", [*one.exceptions], [*dict.fromkeys((*one.exceptions, *exceptions))])],
                )
            ],
            "state" if unknown else "",
            self._settled(name),
        ):
            one.exceptions += [each for each in exceptions if each not in one.exceptions]

    def close(self, who: str, name: str, *, right: bool = True) -> None:
        one, why, right = self.model.deviations[name], self.reason(), self.right(who, right=right)
        if self.do(
            who,
            "deviation.close",
            lambda: rooms.close(
                self.office, self.desk.sessions[who], signing(who, right=right), name, why=why
            ),
            [Told("record.signed", [("state", "open", "closed")])],
            "apart" if who in one.judges else "",
            "" if one.ready else "state",
            self._settled(name),
            right=right,
        ):
            one.closed_by = who
