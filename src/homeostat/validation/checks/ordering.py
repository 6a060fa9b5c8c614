"""That an order dropped into a batch's folder has no effect unless its giver signed it, and may give it.

21 CFR 11.10(g); the draft Annex 11's chapter on alarms; ISA-88 (mode and authority); paraphrases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

from homeostat.errors import AuthorityError
from homeostat.execution.carrying import carrier, kind, meaning, permission
from homeostat.execution.entering import order
from homeostat.execution.orders import Inbox, give
from homeostat.execution.slips import (
    AlarmSlip,
    AnswerSlip,
    CommandSlip,
    ControlSlip,
    Ordered,
    Signable,
    shown,
    subject,
)
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office
from homeostat.governance import people as folk
from homeostat.governance.known import moment
from homeostat.governance.ordered import PERMISSIONS
from homeostat.governance.people import Secret, login
from homeostat.governance.signing import Subject, sign
from homeostat.governance.together import put_together
from homeostat.historian import Historian
from homeostat.ledger.catalogue import AlarmRefused, ControlRefused, Payload
from homeostat.ledger.identity import GRANTS
from homeostat.validation.begun import started, tell
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.floor import BATCH, PREPARE, Floor
from homeostat.validation.scene import FRESH, Later, demonstrator, scene
from homeostat.validation.staff import Member, staff

_NOON = "2026-05-04T12:00:00+00:00"
_ALARM = AlarmSlip(order="acknowledge", alarm="glucose.low", by="maria", reason="known", entered=_NOON)
_CONTROL = ControlSlip(
    order="authority", controller="feed", authority="autonomous", by="sven", reason="known", entered=_NOON
)
_SAID = {"answer": "done", "entered": _NOON, "happened": _NOON, "by": "maria"}
SLIPS: tuple[Signable, ...] = (
    *(
        AnswerSlip.model_validate({"order": one, "prompt": f"{PREPARE}{number}", **_SAID})
        for number, one in enumerate(PERMISSIONS, start=1)
    ),
    CommandSlip(order="hold", by="maria", entered=_NOON, reason="a scene"),
    _ALARM,
    _CONTROL,
)
"""An order of each kind."""


class _Batch(NamedTuple):
    """A batch of a GMP site: its floor, and what vouches for the orders to it."""

    office: Office
    later: Later
    floor: Floor

    def vouch(self, slip: Signable) -> tuple[str, ...]:
        """What speaks against an order for want of a signature that carries it."""
        found = self.voucher()(slip).objections
        return tuple(one.words for one in found if one.cause == "signature")

    def voucher(self) -> Voucher:
        """What vouches for orders, with nothing in mind."""
        return Voucher(self.office.ledger, BATCH, self.floor.plan, self.later)

    def taken(self, inbox: Inbox) -> list[Ordered]:
        """The orders that wait in the folder."""
        inbox.look()
        return inbox.take(self.floor.time)


@contextmanager
def _batch(bench: Workbench) -> Iterator[_Batch]:
    with scene(bench) as (office, later):
        with Historian.open(office.site.historian_path):
            pass
        tell(office, f"{BATCH}/start", started())
        yield _Batch(office, later, Floor.of(gmp=True))


def _signed(office: Office, who: Member, slip: Signable) -> Signable:
    """The order in the name of a person, signed by them as it has to be; round the back: nobody asks if they may."""
    own = slip.model_copy(update={"by": who.session.person, "entered": office.clock()})
    about = Subject(kind(own), subject(BATCH, own), shown(BATCH, own), BATCH)
    sign(office, who.session, who.secret, about, meaning(own), "a scene")
    return own


def _dropped(at: _Batch, inbox: Inbox, slip: AlarmSlip | ControlSlip, number: int) -> list[Payload]:
    """What a scan decides of an order that somebody dropped into the folder."""
    give(at.office.site, BATCH, slip, stamp=f"2026-05-04T12:00:{number:02d}+00:00", nonce="ab")
    return at.floor.scan(*at.taken(inbox))


@proves("A11D-8", "EXE-9")
def an_order_dropped_into_the_folder_unsigned_is_refused_on_record(bench: Workbench) -> str:
    """About an alarm or a controller, at a GMP site: the scan refuses it, also when it is executed again."""
    with _batch(bench) as at:
        at.floor.scan()
        ticks = iter(range(0, 1000, 10))
        inbox = Inbox(at.office.site.orders / BATCH, clock=lambda: float(next(ticks)), vouch=at.voucher())
        said = []
        dropped: tuple[AlarmSlip | ControlSlip, ...] = (_ALARM, _CONTROL)
        for number, slip in enumerate(dropped):
            found = _dropped(at, inbox, slip, number)
            refusals = [one.reason for one in found if isinstance(one, AlarmRefused | ControlRefused)]
            expect(len(refusals) == len(found) == 1, f"it had an effect: {found}")
            expect("has not signed" in refusals[0], f"refused for: {refusals[0]}")
            said += refusals
        again = [one.decisions for one in at.floor.again()]
        expect(again == [one.decisions for one in at.floor.results], "executed again it comes out otherwise")
    return f"refused on record, and again when executed anew: {said[0]}"


@proves("A11D-8", "EXE-9")
def an_order_signed_by_who_may_give_it_is_followed_once(bench: Workbench) -> str:
    """Handed in as the program does it carries its signature; a copy of its file is refused."""
    with _batch(bench) as at:
        team = staff(at.office, maria="operator", sven="supervisor", piet="quality assurance")
        with refused(AuthorityError, "an order about an alarm by quality assurance"):
            order(at.office, team["piet"].session, team["piet"].secret, BATCH, _ALARM)
        ticks = iter(range(0, 1000, 10))
        inbox = Inbox(at.office.site.orders / BATCH, clock=lambda: float(next(ticks)), vouch=at.voucher())
        for name, slip in (("maria", _ALARM), ("sven", _CONTROL)):
            order(at.office, team[name].session, team[name].secret, BATCH, slip)
        carried = at.taken(inbox)
        expect(len(carried) == 2, f"taken up: {carried}")
        expect(all(not getattr(one, "objection", "?") for one in carried), f"refused: {carried}")
        for path in sorted((at.office.site.orders / BATCH).iterdir()):
            path.with_name(f"9{path.name}").write_bytes(path.read_bytes())
        copies = at.taken(inbox)
        words = [str(getattr(one, "objection", "")) for one in copies]
        expect(len(words) == 2 and all("before" in one for one in words), f"a copy passed: {words}")
        for number, one in enumerate(carried):
            tell(at.office, f"{BATCH}/000001/{number:03d}", one)
        fresh = Inbox(at.office.site.orders / BATCH, vouch=at.voucher())
        late = [str(getattr(one, "objection", "")) for one in at.taken(fresh)]
        expect(bool(late) and all("before" in one for one in late), f"after a restart one passed: {late}")
    return f"each was followed once; a copy was refused, also after a restart: {words[0]}"


@proves("P11-10g")
def each_kind_of_order_is_carried_by_the_roles_of_its_table_alone(bench: Workbench) -> str:
    """Every role signs an order of every kind; the signature is genuine, and counts where the role may give it."""
    with scene(bench, "training") as (office, _):  # its identities are quick to make and to sign with
        for number, role in enumerate(GRANTS):
            put_together(office, "system", demonstrator(office, f"p{number}", role))
            secret = Secret(FRESH)
            one = Member(login(office, f"p{number}", secret), secret)
            for slip in SLIPS:
                given = _signed(office, one, slip)
                against, _ = carrier(office.ledger, BATCH, given, frozenset(), gmp=False)
                may = permission(slip) in GRANTS[role]
                expect(bool(against) is not may, f"{slip.order} by a {role}: {against or 'taken'}")
    return f"{len(SLIPS)} kinds of orders x {len(GRANTS)} roles: as the table says"


@proves("P11-10g")
def a_signature_counts_by_what_its_person_was_when_they_signed(bench: Workbench) -> str:
    """Training that had expired or was withdrawn refuses; a lock that came after the signature does not."""
    with _batch(bench) as at:
        team = staff(at.office, maria="operator", chief="supervisor", ada="administrator")
        before = _signed(at.office, team["maria"], _ALARM)
        folk.withdraw(at.office, team["chief"].session, "maria", "execution", why="a scene")
        with refused(AuthorityError, "to go on with a session that has lost a qualification"):
            _signed(at.office, team["maria"], _ALARM)
        again = replace(team["maria"], session=login(at.office, "maria", team["maria"].secret))
        without = at.vouch(_signed(at.office, again, _ALARM))
        soon = (moment(at.office.clock()) + timedelta(seconds=30)).isoformat()
        folk.train(
            at.office, team["chief"].session, "maria", "execution", evidence="C", expires=soon, why="again"
        )
        at.later.put(minutes=2)
        expired = at.vouch(_signed(at.office, again, _ALARM))
        folk.lock(at.office, team["ada"].session, "maria", why="a scene")
        expect(at.vouch(before) == (), "what was signed by right was refused for what came later")
        expect(bool(without) and "not qualified" in without[0], f"without training: {without}")
        expect(bool(expired) and "expired" in expired[0], f"with expired training: {expired}")
    return f"{without[0]}; {expired[0]}; what was signed before stands"
