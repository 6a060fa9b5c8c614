"""Acts of custody: one custodian at each moment, two codes at every act, and nothing given that is not released."""

from typing import Literal

from homeostat.governance import custody

from .course import Told
from .model import RELEASED, Container, patient
from .persons import holds
from .releasing import Releasing
from .reviewing import signing


class Handing(Releasing):
    """What does not match, or is not released, is held."""

    def fill(self, who: str, batch: str) -> None:
        why = self.reason()
        told = {"place": "room", "logger": "TL-2"}
        events = self.do(
            who,
            "custody.transfer",
            lambda: custody.fill(self.office, self.desk.sessions[who], batch, **told, why=why),
            [Told("container.filled")],
            "" if self.model.batches[batch].state == "open" else "state",
        )
        for one in events:
            self.model.containers[str(one.event.data["container"])] = Container(batch, who)

    def hold(self, who: str, name: str) -> None:
        one, why = self.model.containers[name], self.reason()
        events = self.do(
            who,
            "deviation.open",
            lambda: custody.hold(self.office, self.desk.sessions[who], name, why=why),
            [Told("containers.held", [("held", False, True)]), Told("deviation.requested")],
            "state" if one.phase != "in custody" or one.holders else "",
        )
        if events:
            self.held(who, events)

    def resolve(
        self, who: str, name: str, outcome: Literal["cleared", "rejected"], *, right: bool = True
    ) -> None:
        one, why, right = self.model.containers[name], self.reason(), self.right(who, right=right)
        changes = [("held", True, False), *([("phase", "in custody", "rejected")] * (outcome == "rejected"))]
        if self.do(
            who,
            "deviation.close",
            lambda: custody.resolve(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                name,
                outcome,
                why=why,
            ),
            [Told("record.signed"), Told("container.resolved", changes)],
            "apart" if who in one.holders else "",
            "" if one.holders else "state",
            right=right,
        ):
            one.holders, one.phase = [], "rejected" if outcome == "rejected" else one.phase

    def _fixed(self, who: str, one: Container) -> str:
        """Whether a container is not theirs to move."""
        return "" if (one.phase, one.custodian, one.holders) == ("in custody", who, []) else "state"

    def offer(
        self, who: str, name: str, to: str, scan: str, *, second: bool = True, right: bool = True
    ) -> None:
        one, why, right = self.model.containers[name], self.reason(), self.right(who, right=right)
        unable = "" if to != who and holds(to, "custody.transfer") else "state"
        fault = unable or self._fixed(who, one) or ("" if scan == name and second else "stopped")
        if self.do(
            who,
            "custody.transfer",
            lambda: custody.offer(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                name,
                to=to,
                place="room",
                logger="TL-2",
                scan=scan,
                second=patient(one) if second else "P-9",
                why=why,
            ),
            [Told("record.signed"), Told("hand-over.offered")],
            fault,
            right=right,
        ):
            one.offered = to

    def receive(self, who: str, name: str, scan: str, *, second: bool = True, right: bool = True) -> None:
        one, why, right = self.model.containers[name], self.reason(), self.right(who, right=right)
        offered = one.offered == who and one.phase == "in custody" and not one.holders
        fault = ("" if scan == name and second else "stopped") if offered else "state"
        if self.do(
            who,
            "custody.transfer",
            lambda: custody.receive(
                self.office,
                self.desk.sessions[who],
                signing(who, right=right),
                name,
                scan=scan,
                second=patient(one) if second else "P-9",
                why=why,
            ),
            [Told("record.signed"), Told("hand-over.received", [("custodian", one.custodian, who)])],
            fault,
            right=right,
        ):
            one.custodian, one.offered = who, ""

    def administer(self, who: str, name: str, scan: str, *, second: bool = True) -> None:
        """A patient is given it: of a batch that is released, by the right two codes, and never otherwise."""
        one, why = self.model.containers[name], self.reason()
        given = self.model.batches[one.batch].state in RELEASED
        fault = self._fixed(who, one) or ("" if scan == name and second and given else "stopped")
        if self.do(
            who,
            "custody.transfer",
            lambda: custody.administer(
                self.office,
                self.desk.sessions[who],
                name,
                scan=scan,
                second=patient(one) if second else "P-9",
                place="bedside",
                why=why,
            ),
            [Told("container.administered", [("phase", "in custody", "administered")])],
            fault,
        ):
            one.phase, one.offered = "administered", ""
