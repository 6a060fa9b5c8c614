"""Two persons at once: what the second saw has changed, so it is judged again, and taken or refused in words."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance import Office, instruments, materials, turns
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue.instruments import InstrumentRegistered
from homeostat.quality.deviations import deviations, open_deviation
from tests.governance.signing_scene import Scene, counting_clock, scene

LATER = "2028-01-01T00:00:00+00:00"
WHY = "drill"
Meanwhile = Callable[[Callable[[Office], object]], None]


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


@pytest.fixture
def meanwhile(here: Scene, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Let another process act between the next look and its writing."""

    def arrange(act: Callable[[Office], object]) -> None:
        waiting = [act]

        def later(*words: Any, **named: Any) -> None:
            if waiting:
                with Office.open(here.office.site, counting_clock(), iter("abcdefgh").__next__) as other:
                    waiting.pop()(other)
            put_together(*words, **named)

        monkeypatch.setattr(turns, "put_together", later)

    return arrange


def lot(here: Scene) -> None:
    materials.receive(
        here.office,
        here.of("operator"),
        material="medium",
        lot="L1",
        quantity=500.0,
        unit="mL",
        expires=LATER,
        supplier="S",
        why=WHY,
    )


def take(office: Office, here: Scene, quantity: float) -> materials.Lot:
    return materials.move(office, here.of("operator"), "medium", "L1", "destroyed", quantity, why=WHY)


def test_no_more_is_taken_of_a_lot_than_there_is(here: Scene, meanwhile: Meanwhile) -> None:
    lot(here)
    meanwhile(lambda other: take(other, here, 400.0))
    with pytest.raises(AuthorityError, match="only 100 mL of lot L1 should be left"):
        take(here.office, here, 400.0)
    assert materials.lots(here.office.ledger)["medium", "L1"].left == 100.0


def test_what_is_still_right_after_another_act_is_taken(here: Scene, meanwhile: Meanwhile) -> None:
    lot(here)
    meanwhile(lambda other: take(other, here, 400.0))
    assert take(here.office, here, 60.0).left == 40.0
    assert materials.lots(here.office.ledger)["medium", "L1"].left == 40.0


def test_a_lot_and_an_instrument_come_once(here: Scene, meanwhile: Meanwhile) -> None:
    meanwhile(lambda _: lot(here))
    with pytest.raises(AuthorityError, match="received already"):
        lot(here)

    def register(office: Office) -> None:
        instruments.register(office, here.of("supervisor"), "b1", kind="balance", title="B", why=WHY)

    meanwhile(register)
    with pytest.raises(AuthorityError, match="registered already"):
        register(here.office)


def test_a_retired_instrument_is_not_calibrated(here: Scene, meanwhile: Meanwhile) -> None:
    boss = here.of("supervisor")
    instruments.register(here.office, boss, "b1", kind="balance", title="B", why=WHY)
    meanwhile(lambda other: instruments.serve(other, boss, "b1", "retired", why=WHY))
    with pytest.raises(AuthorityError, match="retired for good"):
        instruments.calibrate(here.office, boss, "b1", due=LATER, certificate="C", passed=True, why=WHY)
    assert instruments.instruments(here.office.ledger)["b1"].due == ""


def test_two_deviations_opened_at_once_have_two_numbers(here: Scene, meanwhile: Meanwhile) -> None:
    def opened(office: Office) -> str:
        return open_deviation(office, here.of("operator"), title="t", finding="f", why=WHY)

    meanwhile(opened)
    assert opened(here.office) == "DEV-0002"
    assert [one.id for one in deviations(here.office.ledger)] == ["DEV-0001", "DEV-0002"]


def test_a_fault_of_the_ledger_is_no_other_person(here: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise LedgerError("disk I/O error")

    lot(here)
    monkeypatch.setattr(turns, "put_together", broken)
    with pytest.raises(LedgerError, match="disk"):
        take(here.office, here, 1.0)


def test_who_is_always_too_late_is_told_so(here: Scene) -> None:
    there = next(here.office.ledger.events()).event.id
    with pytest.raises(AuthorityError, match="all the time"):
        turns.in_turn(here.office, here.of("operator"), lambda: ([(_act(), there)], None))


def _act() -> Any:
    return InstrumentRegistered(why=WHY, instrument="b", kind="balance", title="B", calibrated=True, tags=())


def test_an_act_that_is_safe_but_whose_head_could_not_be_exported_is_done_once(here: Scene) -> None:
    """As on a full disk: what is in the ledger already is not taken for somebody else's."""
    lot(here)
    boss, heads = here.of("operator"), here.office.site.heads_file
    aside = heads.rename(heads.with_name("aside"))
    heads.mkdir()
    with pytest.raises(LedgerError, match="the events are safe"):
        materials.move(here.office, boss, "medium", "L1", "destroyed", 1.0, why=WHY)
    heads.rmdir()
    aside.rename(heads)
    assert materials.lots(here.office.ledger)["medium", "L1"].left == 499.0
    assert take(here.office, here, 1.0).left == 498.0
