"""Acts of release: decided once, by another person than asked, agreed or reviewed; reported and recalled later."""

from typing import Literal

from homeostat.ledger import Event
from homeostat.quality import release as letting

from . import scene
from .course import OF_HOLDS, Look, Told
from .deviating import Deviating
from .model import RELEASED, pending
from .reviewing import signing


class Releasing(Deviating):
    """A decision is on what was shown, and on nothing that was added to since."""

    def _touches(self, event: Event, batch: str) -> bool:
        """Whether an event may change what a release of the batch rests on."""
        data, known = event.data, self.model.containers
        if event.type == "container.filled":
            return data["batch"] == batch
        names = data.get("containers") or data.get("about") if event.type in OF_HOLDS else ()
        return event.batch == batch or any(known[name].batch == batch for name in names)  # type: ignore[union-attr]

    def _looked(
        self, batch: str, look: Look | None, *, exceptional: bool
    ) -> tuple[letting.Grounds, bool, str]:
        """The grounds, if they are exceptional, and whether they are of another day."""
        if look is None:
            return letting.grounds(self.office.site, batch, exceptional=exceptional), exceptional, ""
        past = self.office.ledger.events(after=look.seq)
        stale = any(self._touches(one.event, batch) for one in past)
        return look.grounds, look.grounds.certificate.exceptional, "state" if stale else ""

    def release(
        self, who: str, batch: str, *, exceptional: bool, right: bool = True, look: Look | None = None
    ) -> None:
        one, why, right = self.model.batches[batch], self.reason(), self.right(who, right=right)
        grounds, exceptional, stale = self._looked(batch, look, exceptional=exceptional)
        against = [*self.model.against(one, exceptional=exceptional)]
        parts = {person for person, _, _ in one.asked} | {person for _, person in one.signed}
        becomes = "released, tests pending" if pending(batch) else "released"
        if self.do(
            who,
            "batch.release",
            lambda: letting.release(
                self.office, self.desk.sessions[who], signing(who, right=right), grounds, why
            ),
            [Told("record.signed", [("release", one.state, becomes)])],
            "apart" if who in parts else "",
            "state" if against else "",
            stale,
            right=right,
        ):
            one.state, one.exceptional, one.pending = becomes, exceptional, pending(batch)
            one.decided_by = who

    def reject(self, who: str, batch: str, *, right: bool = True, look: Look | None = None) -> None:
        one, why, right = self.model.batches[batch], self.reason(), self.right(who, right=right)
        grounds, _, stale = self._looked(batch, look, exceptional=False)
        if self.do(
            who,
            "batch.release",
            lambda: letting.reject(
                self.office, self.desk.sessions[who], signing(who, right=right), grounds, why
            ),
            [Told("record.signed", [("release", "open", "rejected")])],
            "state" if one.state != "open" else "",
            stale,
            right=right,
        ):
            one.state, one.decided_by = "rejected", who

    def ask(
        self,
        who: str,
        batch: str,
        meaning: Literal["requested", "agreed"],
        *,
        exceptional: bool,
        right: bool = True,
        look: Look | None = None,
    ) -> None:
        """The physician's or the sponsor's part in an exceptional release."""
        one, why, right = self.model.batches[batch], self.reason(), self.right(who, right=right)
        grounds, exceptional, stale = self._looked(batch, look, exceptional=exceptional)
        act = letting.request if meaning == "requested" else letting.agree
        shown = self.model.certificate(one, exceptional=exceptional)
        if self.do(
            who,
            "release.request" if meaning == "requested" else "release.agree",
            lambda: act(self.office, self.desk.sessions[who], signing(who, right=right), grounds, why),
            [Told("record.signed")],
            "apart" if any(who == other and meaning != said for other, said, _ in one.asked) else "",
            "" if exceptional and batch == scene.BAD and one.state == "open" else "state",
            stale,
            right=right,
        ):
            one.asked.append((who, meaning, shown))

    def report(
        self,
        who: str,
        batch: str,
        test: str,
        outcome: Literal["negative", "positive"],
        *,
        right: bool = True,
    ) -> None:
        """A test that was pending, signed; a positive one recalls all of the batch at once."""
        one, why, right = self.model.batches[batch], self.reason(), self.right(who, right=right)
        after = one.pending | {test: outcome}
        done = all(found == "negative" for found in after.values())
        becomes = "recalled" if outcome == "positive" else one.state
        if outcome == "negative" and done and one.state == "released, tests pending":
            becomes = "released"
        moves = [("release", one.state, becomes)] if becomes != one.state else []
        before = one.pending.get(test) or None
        tells = [
            Told("record.signed"),
            Told("release.reported", [(test, before, outcome), *(moves if outcome == "negative" else [])]),
        ]
        if outcome == "positive":
            tells += [Told("alert.raised"), Told("release.recalled", moves)]
        parts = letting.whereabouts(self.office.ledger, batch)
        if self.do(
            who,
            "record.review",
            lambda: letting.report(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                batch,
                test,
                outcome,
                evidence="LAB",
                parts=parts,
                why=why,
            ),
            tells,
            "" if one.pending.get(test) == "" or (before, outcome) == ("negative", "positive") else "state",
            right=right,
        ):
            one.state, one.pending = becomes, after

    def recall(self, who: str, batch: str) -> None:
        one, why = self.model.batches[batch], self.reason()
        parts = letting.whereabouts(self.office.ledger, batch)
        moves = [("release", one.state, "recalled")] if one.state != "recalled" else []
        if self.do(
            who,
            "record.review",
            lambda: letting.recall(
                self.office,
                self.desk.sessions[who],
                signing(who, right=True),
                batch,
                "a label",
                parts=parts,
                why=why,
            ),
            [Told("record.signed"), Told("alert.raised"), Told("release.recalled", moves)],
            "" if one.state in (*RELEASED, "recalled") else "state",
        ):
            one.state = "recalled"
