"""Acts of review: begun, a word on each exception, signed over what was shown."""

import hashlib

from homeostat.governance.people import Secret
from homeostat.quality import release as letting
from homeostat.quality import review as reviewing

from . import scene
from .course import Course, Look, Told
from .model import Batch, Deviation, Said


def signing(who: str, *, right: bool) -> Secret:
    """The person's secret, or another."""
    return scene.secret(who if right else "nobody")


class Reviewing(Course):
    """Who may review, and had no part in the batch, says a word on each exception, and signs."""

    def right(self, who: str, *, right: bool) -> bool:
        """Whether the right password is given: a wrong one never so often that the account is locked."""
        return right or self.model.failures[who] >= 3

    def look(self, batch: str, *, exceptional: bool) -> Look:
        """What is shown of a batch now; it may be acted upon later."""
        now = reviewing.review(self.office.ledger, self.desk.historian, batch)
        grounds = letting.grounds(self.office.site, batch, exceptional=exceptional)
        shown = self.model.shown(self.model.batches[batch])
        return Look(hashlib.sha256(now.shown).hexdigest(), shown, grounds, self.seq)

    def begin(self, who: str, batch: str) -> None:
        one, why = self.model.batches[batch], self.reason()
        before = self.model.review(one)[0]
        if self.do(
            who,
            "record.review",
            lambda: reviewing.begin(
                self.office, self.desk.sessions[who], self.desk.historian, batch, why=why
            ),
            [Told("review.begun", [("review", before, "under way")] if before == "not begun" else [])],
        ):
            one.begun = True

    def accept(self, who: str, batch: str, *exceptions: str) -> None:
        one, why = self.model.batches[batch], self.reason()
        critical = any(one.exceptions[name][0] == "critical" for name in exceptions)
        if self.do(
            who,
            "record.review",
            lambda: reviewing.accept(
                self.office, self.desk.sessions[who], self.desk.historian, batch, *exceptions, why=why
            ),
            self._words(one, exceptions, "accepted"),
            self._concerned(who, one),
            "state" if critical else "",
        ):
            self._said(one, exceptions, who, "")

    def _concerned(self, who: str, one: Batch) -> str:
        return "apart" if who in one.performers else ""

    @staticmethod
    def _words(one: Batch, exceptions: tuple[str, ...], word: str) -> list[Told]:
        told = []
        for name in exceptions:
            before = one.said.get(name)
            old = None if before is None else "deviation" if before.deviation else "accepted"
            told.append(Told("review.disposed", [(name, old, word)]))
        return told

    def _said(self, one: Batch, exceptions: tuple[str, ...], who: str, deviation: str) -> None:
        for name in exceptions:
            one.said[name] = Said(self.model.number(), who, deviation)

    def raise_for(self, who: str, batch: str, *exceptions: str, existing: str = "") -> None:
        """Raise a deviation for exceptions, or let one that there is cover them."""
        one, why = self.model.batches[batch], self.reason()
        known = self.model.deviations.get(existing)
        fresh = [name for name in exceptions if known is None or name not in known.exceptions]
        tells, fault = [Told("deviation.opened", [("state", None, "open")])], ""
        if known is not None:
            covers = [*known.exceptions, *fresh]
            tells = [Told("deviation.linked", [("exceptions", known.exceptions, covers)])] if fresh else []
            fault = "state" if known.batch != batch or (fresh and known.closed_by) else ""
        if not self.do(
            who,
            "record.review",
            lambda: reviewing.raise_deviation(
                self.office,
                self.desk.sessions[who],
                self.desk.historian,
                batch,
                *exceptions,
                existing=existing,
                why=why,
            ),
            [*tells, *self._words(one, exceptions, "deviation")],
            self._concerned(who, one),
            fault,
        ):
            return
        if known is not None:
            known.exceptions = [*known.exceptions, *fresh]
        name = existing or self._opened(who, batch, [*exceptions])
        self._said(one, exceptions, who, name)

    def sign_review(self, who: str, batch: str, *, right: bool = True, look: Look | None = None) -> None:
        one, why, right = self.model.batches[batch], self.reason(), self.right(who, right=right)
        stale = look is not None and look.shown != self.model.shown(one)
        if self.do(
            who,
            "record.review",
            lambda: reviewing.sign_review(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                self.desk.historian,
                batch,
                shown=look.sha256 if look else "",
                why=why,
            ),
            [Told("record.signed", [("review", self.model.review(one)[0], "reviewed")])],
            self._concerned(who, one),
            "state" if stale or one.unsaid else "",
            right=right,
        ):
            one.signed.append((self.model.shown(one), who))

    def _opened(self, who: str, batch: str, exceptions: list[str]) -> str:
        name = f"DEV-{len(self.model.deviations) + 1:04d}"
        self.model.deviations[name] = Deviation(batch, who, exceptions, {who})
        return name
