"""Lots and instruments: every act has its permission, its state before, and the quantities add up."""

import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.errors import AuthorityError
from homeostat.governance import Office, Session, instruments, materials
from homeostat.governance.materials import How, Lot
from homeostat.site import Site
from homeostat.validation.begun import started, tell
from homeostat.validation.staff import staff

HOWS: tuple[How, ...] = ("used", "returned", "destroyed", "lost")
LATER, EARLIER = "2027-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A GMP site with an operator and quality assurance."""
    ticks, names = count(), count()
    site = Site.create(tmp_path_factory.mktemp("site") / "site", "gmp")

    def clock() -> str:
        return (datetime(2026, 5, 4, tzinfo=UTC) + timedelta(milliseconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"n{next(names)}") as opened:
        tell(opened, "B/start", started(), "B")
        yield opened


@pytest.fixture(scope="module")
def team(office: Office) -> dict[str, Session]:
    """The sessions of the two."""
    return {
        name: one.session for name, one in staff(office, ada="operator", quinn="quality assurance").items()
    }


LOTS = count(1)


def received(office: Office, team: dict[str, Session], expires: str = LATER, quantity: float = 100.0) -> Lot:
    return materials.receive(
        office,
        team["ada"],
        material="medium",
        lot=f"L{next(LOTS)}",
        quantity=quantity,
        unit="mL",
        expires=expires,
        supplier="S",
        why="delivered",
    )


def test_only_quality_assurance_releases_and_only_what_is_in_date(
    office: Office, team: dict[str, Session]
) -> None:
    lot = received(office, team)
    with pytest.raises(AuthorityError):
        materials.judge(office, team["ada"], "medium", lot.lot, "released", why="fits")
    assert (
        materials.judge(office, team["quinn"], "medium", lot.lot, "released", why="fits").objections(EARLIER)
        == ()
    )
    old = received(office, team, expires=EARLIER)
    with pytest.raises(AuthorityError, match="expired"):
        materials.judge(office, team["quinn"], "medium", old.lot, "released", why="fits")
    materials.judge(office, team["quinn"], "medium", old.lot, "rejected", why="expired")
    with pytest.raises(AuthorityError, match="rejected"):
        materials.judge(office, team["quinn"], "medium", old.lot, "released", why="fits")


def test_a_lot_is_received_once_and_used_only_when_released(office: Office, team: dict[str, Session]) -> None:
    lot = received(office, team)
    with pytest.raises(AuthorityError, match="received already"):
        materials.receive(
            office,
            team["ada"],
            material="medium",
            lot=lot.lot,
            quantity=1.0,
            unit="mL",
            expires=LATER,
            supplier="S",
            why="again",
        )
    with pytest.raises(AuthorityError, match="quarantine"):
        materials.move(office, team["ada"], "medium", lot.lot, "used", 1.0, batch="B", why="fed")
    with pytest.raises(AuthorityError, match="no lot"):
        materials.move(office, team["ada"], "medium", "nowhere", "lost", 1.0, why="fell")


@pytest.mark.parametrize("expires", ["tomorrow", "", "2027-01-31", "2027-01-31T23:59:00"])
def test_an_expiry_is_a_moment_with_its_offset(
    office: Office, team: dict[str, Session], expires: str
) -> None:
    with pytest.raises(AuthorityError, match="no moment in time") as refused:
        received(office, team, expires=expires)
    assert refused.value.where == "expiry"
    assert "2027-01-31T23:59:00+00:00" in refused.value.mend


@pytest.mark.parametrize(("material", "lot"), [("", "L"), ("medium", ""), ("medium", "  "), ("a\nb", "L")])
def test_a_lot_without_a_name_is_not_received(
    office: Office, team: dict[str, Session], material: str, lot: str
) -> None:
    before = materials.lots(office.ledger)
    with pytest.raises(AuthorityError, match="is missing or cannot be used"):
        materials.receive(
            office,
            team["ada"],
            material=material,
            lot=lot,
            quantity=1.0,
            unit="mL",
            expires=LATER,
            supplier="",
            why="delivered",
        )
    assert materials.lots(office.ledger) == before


@pytest.mark.parametrize(
    ("name", "kind", "title"), [("", "balance", "x"), ("b", " ", "x"), ("b", "balance", "")]
)
def test_an_instrument_without_a_name_is_not_registered(
    office: Office, team: dict[str, Session], name: str, kind: str, title: str
) -> None:
    with pytest.raises(AuthorityError, match="is missing or cannot be used"):
        instruments.register(office, team["ada"], name, kind=kind, title=title, why="new")


@pytest.mark.parametrize(
    ("due", "certificate", "said"),
    [("garbage", "C", "no moment"), ("2027-01-31", "C", "no moment"), (LATER, "", "certificate is missing")],
)
def test_a_calibration_says_until_when_and_by_what(
    office: Office, team: dict[str, Session], due: str, certificate: str, said: str
) -> None:
    with pytest.raises(AuthorityError, match=said):
        instruments.calibrate(
            office, team["ada"], "any", due=due, certificate=certificate, passed=True, why="yearly"
        )


def test_a_lot_goes_into_a_batch_that_there_is(office: Office, team: dict[str, Session]) -> None:
    lot = received(office, team)
    materials.judge(office, team["quinn"], "medium", lot.lot, "released", why="fits")
    for how in HOWS:
        with pytest.raises(AuthorityError, match="there is no batch 'B0002'"):
            materials.move(office, team["ada"], "medium", lot.lot, how, 1.0, batch="B0002", why="fed")
    assert materials.lots(office.ledger)["medium", lot.lot].left == 100.0


MOVES = st.lists(st.tuples(st.sampled_from(HOWS), st.floats(0.1, 40.0)), max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(MOVES, st.floats(0.0, 100.0))
def test_what_came_in_is_what_became_of_it_and_what_is_left(
    office: Office, team: dict[str, Session], moves: list[tuple[How, float]], counted: float
) -> None:
    lot = received(office, team)
    materials.judge(office, team["quinn"], "medium", lot.lot, "released", why="fits")
    for how, quantity in moves:
        left = materials.lots(office.ledger)["medium", lot.lot].left
        if quantity > left:
            with pytest.raises(AuthorityError, match="should be left"):
                materials.move(office, team["ada"], "medium", lot.lot, how, quantity, batch="B", why="drill")
        else:
            materials.move(office, team["ada"], "medium", lot.lot, how, quantity, batch="B", why="drill")
    told = materials.reconcile(office, team["ada"], "medium", lot.lot, counted, tolerance=1.0, why="counted")
    now = materials.lots(office.ledger)["medium", lot.lot]
    became = now.used + now.returned + now.destroyed + now.lost
    assert math.isclose(became + counted + told.difference, 100.0)
    assert told.within == (abs(told.difference) <= 1.0)


def test_an_instrument_counts_only_while_it_is_fit(office: Office, team: dict[str, Session]) -> None:
    ada = team["ada"]
    instruments.register(office, ada, "scale", kind="balance", title="Scale", why="new")
    with pytest.raises(AuthorityError, match="never given twice"):
        instruments.register(office, ada, "scale", kind="balance", title="Scale", why="new")

    def now(at: str = "2026-06-01T00:00:00+00:00", kind: str = "balance") -> tuple[str, ...]:
        return instruments.doubts(instruments.instruments(office.ledger), "scale", kind, at)

    assert now() == ("scale was never calibrated",)
    instruments.calibrate(office, ada, "scale", due=LATER, certificate="C", passed=True, why="yearly")
    assert now() == ()
    assert now(LATER) == (f"the calibration of scale was due {LATER}",)
    assert now(kind="thermometer") == ("scale is a balance, not a thermometer",)
    instruments.serve(office, ada, "scale", "unclean", why="spilled")
    instruments.serve(office, ada, "scale", "out of service", why="broken")
    assert now() == ("scale is out of service", "scale is not clean")
    instruments.serve(office, ada, "scale", "retired", why="old")
    with pytest.raises(AuthorityError, match="retired for good"):
        instruments.serve(office, ada, "scale", "in service", why="back")
    assert instruments.doubts({}, "ghost", "", LATER) == ("ghost is no registered instrument or terminal",)
