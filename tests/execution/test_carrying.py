"""Which signature carries an order: the giver's, over its words, by right, once; every other is refused in words."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from homeostat.execution.carrying import carrier, kind, meaning
from homeostat.execution.slips import (
    AlarmSlip,
    ControlSlip,
    Objection,
    Signable,
    Vouched,
    shown,
    subject,
)
from homeostat.execution.vouching import Voucher
from homeostat.governance import Office
from homeostat.governance.ordered import signature_of
from homeostat.governance.signing import Subject, sign
from homeostat.ledger.catalogue import AlarmOrdered, AlarmRefused, ControlChanged, ControlRefused
from homeostat.site import Site
from homeostat.validation.floor import BATCH, Floor
from homeostat.validation.staff import Member, staff

NOON = "2026-05-04T12:00:00+00:00"
ALARM = AlarmSlip(order="shelve", alarm="glucose.low", by="maria", reason="known", hours=1.0, entered=NOON)
CONTROL = ControlSlip(
    order="authority", controller="feed", authority="advisory", by="maria", reason="known", entered=NOON
)


@dataclass
class Scene:
    """A GMP site's office with a few persons."""

    office: Office
    team: dict[str, Member]

    def signed(self, name: str, slip: Signable, batch: str = BATCH) -> None:
        """A person signs an order, whether or not they may give it."""
        who = self.team[name]
        about = Subject(kind(slip), subject(batch, slip), shown(batch, slip), batch)
        sign(self.office, who.session, who.secret, about, meaning(slip), "a scene")

    def carried(self, slip: Signable, *used: str) -> tuple[str, str]:
        """What is found of an order."""
        return carrier(self.office.ledger, BATCH, slip, frozenset(used), gmp=True)


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Not emptied between tests: each signs orders of its own."""
    ticks, names = itertools.count(), itertools.count()
    start = datetime(2026, 5, 4, tzinfo=UTC)
    site = Site.create(tmp_path_factory.mktemp("gmp") / "site", kind="gmp")

    def clock() -> str:
        return (start + timedelta(milliseconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"{next(names):032x}") as office:
        yield Scene(office, staff(office, maria="operator", piet="quality assurance"))


def own(slip: AlarmSlip, second: int) -> AlarmSlip:
    return slip.model_copy(update={"entered": f"2026-05-04T12:00:{second:02d}+00:00"})


def test_an_unsigned_order_is_carried_by_nothing(scene: Scene) -> None:
    assert scene.carried(ALARM) == ("maria has not signed this as performed", "")


@pytest.mark.parametrize(
    "change",
    [{"hours": 900.0}, {"alarm": "oxygen.low"}, {"reason": "other"}, {"by": "piet"}, {"entered": NOON}],
)
def test_a_signature_carries_no_other_words(scene: Scene, change: dict[str, object]) -> None:
    slip = own(ALARM, 1)
    scene.signed("maria", slip)
    against, event = scene.carried(slip)
    assert (against, bool(event)) == ("", True)
    assert "has not signed" in scene.carried(slip.model_copy(update=change))[0]


def test_a_signature_for_another_batch_carries_nothing(scene: Scene) -> None:
    slip = own(ALARM, 2)
    scene.signed("maria", slip, "B0099")
    assert "has not signed" in scene.carried(slip)[0]


def test_a_signature_is_used_once(scene: Scene) -> None:
    slip = own(ALARM, 3)
    scene.signed("maria", slip)
    event = scene.carried(slip)[1]
    assert scene.carried(slip, event) == ("the signature was used for another order before", "")
    scene.signed("maria", slip)
    again = scene.carried(slip, event)
    assert again[0] == "" and again[1] != event


def test_a_genuine_signature_of_who_may_not_carries_nothing(scene: Scene) -> None:
    slip = own(ALARM, 4).model_copy(update={"by": "piet"})
    scene.signed("piet", slip)
    assert scene.carried(slip) == ("piet held no role that permits 'alarm.order'", "")
    scene.signed("maria", CONTROL)
    assert scene.carried(CONTROL) == ("maria held no role that permits 'control.order'", "")


def test_two_copies_taken_up_together_are_followed_once(scene: Scene) -> None:
    slip = own(ALARM, 5)
    scene.signed("maria", slip)
    vouch = Voucher(scene.office.ledger, BATCH, Floor.of(gmp=True).plan, scene.office.clock)
    first, second = vouch(slip), vouch(slip)
    assert (first.words, bool(first.signature)) == ((), True)
    assert (second.words, second.signature) == (("the signature was used for another order before",), "")


def test_at_a_training_site_nobody_signs_an_order(scene: Scene) -> None:
    vouch = Voucher(scene.office.ledger, BATCH, Floor.of().plan, scene.office.clock)
    assert vouch(ALARM) == vouch(CONTROL) == Vouched()


def test_what_is_objected_to_stands_on_record_and_has_no_effect() -> None:
    """The scan reads the objection from its input alone, so that a replay finds the same."""
    against = Vouched((Objection("signature", "not signed"),))
    floor = Floor.of(gmp=True)
    floor.scan()
    before = floor.state
    alarm, control = ALARM.ordered("s1", 0, against), CONTROL.ordered("s2", 0, against)
    assert isinstance(alarm, AlarmOrdered) and alarm.objection == control.objection == "not signed"
    found = floor.scan(alarm, control)
    refused = [one.reason for one in found if isinstance(one, AlarmRefused | ControlRefused)]
    assert refused == ["not signed", "not signed"]
    assert not any(isinstance(one, ControlChanged) for one in found)
    assert (floor.state.board, floor.state.controllers) == (before.board, before.controllers)
    assert [one.decisions for one in floor.again()] == [one.decisions for one in floor.results]


def test_the_record_names_the_signature_that_carried_an_order() -> None:
    given = Vouched((), "signature/7")
    assert [signature_of(one.ordered("s", 0, given)) for one in (ALARM, CONTROL)] == ["signature/7"] * 2


def test_a_record_from_before_has_neither_objection_nor_signature() -> None:
    old = AlarmOrdered.model_validate({"order": "reset", "alarm": "a", "by": "ada", "reason": "known"})
    assert (old.objection, old.signature) == ("", "")
