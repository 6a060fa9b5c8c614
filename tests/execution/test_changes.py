"""A running recipe changes only by a signed deviation: followed where a signature carries it, else refused in words."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from homeostat.execution import replay, resume
from homeostat.execution.clock import nonce, stamp
from homeostat.execution.orders import give
from homeostat.execution.slips import ChangeSlip
from homeostat.governance import Office, Session
from homeostat.governance.changes import approve_change
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.ledger.catalogue import (
    DeviationRequested,
    LoopChanged,
    Payload,
    RecipeChange,
    RecipeChanged,
    RecipeChangeRefused,
    payload,
)
from homeostat.site import Site

from .conftest import Quiet, Runner

FOREVER = float("inf")
POINT = RecipeChange(change="set-point", loop="oxygen_control", value=47.0)
MODE = RecipeChange(change="mode", loop="oxygen_control", mode="manual")


@contextmanager
def quality(site: Site) -> Iterator[tuple[Office, Session]]:
    """The office, with quality assurance logged in."""
    with Office.open(site, stamp, nonce) as office:
        yield office, login(office, "demo-qa", SECRET)


@pytest.fixture
def paused(site: Site, run_mini: Runner) -> Site:
    """A batch that waits for somebody to resume it, and a deviation about it."""
    run_mini(site, seed=7, until="inoculate", welcome=True)
    with quality(site) as (office, _):
        found = DeviationRequested(about=("B0001",), finding="foam", source="", why="seen")
        office.put("demo-operator", found, event="deviation/DEV-0001/opened")
    return site


def approved(site: Site, what: RecipeChange) -> str:
    with quality(site) as (office, session):
        return approve_change(office, session, SECRET, "B0001", "DEV-0001", what, why="foam").event


def handed(site: Site, what: RecipeChange, signature: str, number: int = 0, by: str = "demo-qa") -> str:
    slip = ChangeSlip(
        order="recipe change",
        what=what,
        deviation="DEV-0001",
        signature=signature,
        by=by,
        reason="foam",
    )
    return give(site, "B0001", slip, stamp=f"2026-01-01T00:00:0{number}+00:00", nonce="ab")


def told(site: Site, kind: type[Payload]) -> list[Payload]:
    with site.reading() as (ledger, _):
        return [payload(e.event.type, e.event.data) for e in ledger.events(batch="B0001", types=[kind.type])]


def refusals(site: Site) -> list[str]:
    return [one.reason for one in told(site, RecipeChangeRefused) if isinstance(one, RecipeChangeRefused)]


@pytest.mark.parametrize("what", [POINT, MODE])
def test_exe_2_a_signed_deviation_changes_a_loop(paused: Site, quiet: Quiet, what: RecipeChange) -> None:
    signature = approved(paused, what)
    handed(paused, what, signature)
    resume(paused, "B0001", FOREVER, quiet)
    (done,) = told(paused, RecipeChanged)
    assert isinstance(done, RecipeChanged)
    assert (done.what, done.deviation, done.signature) == (what, "DEV-0001", signature)
    (changed,) = [
        one
        for one in told(paused, LoopChanged)
        if isinstance(one, LoopChanged) and one.cause == "DEV-0001: foam"
    ]
    assert changed.setpoint == 47.0 if what is POINT else changed.mode == "manual"
    found = replay(paused, "B0001", quiet)
    assert found.identical, found.difference


def test_exe_2_a_change_without_a_signature_is_refused_on_record(paused: Site, quiet: Quiet) -> None:
    handed(paused, POINT, "signature/none")
    resume(paused, "B0001", FOREVER, quiet)
    assert refusals(paused) == ["there is no such signature"]
    assert told(paused, RecipeChanged) == []
    assert replay(paused, "B0001", quiet).identical


def test_exe_9_a_mode_is_not_changed_under_the_signature_of_another_change(
    paused: Site, quiet: Quiet
) -> None:
    handed(paused, MODE, approved(paused, POINT))
    resume(paused, "B0001", FOREVER, quiet)
    assert refusals(paused) == ["it signs something else"]


def test_a_signature_carries_a_change_once(paused: Site, quiet: Quiet) -> None:
    signature = approved(paused, POINT)
    handed(paused, POINT, signature)
    handed(paused, POINT, signature, 1)
    resume(paused, "B0001", FOREVER, quiet)
    assert len(told(paused, RecipeChanged)) == 1
    assert refusals(paused) == ["this signature has carried a change already"]


def test_a_change_is_in_the_name_of_who_signed_it(paused: Site, quiet: Quiet) -> None:
    """A copy of the order under another name is refused, and uses nothing up."""
    signature = approved(paused, POINT)
    handed(paused, POINT, signature, by="demo-operator")
    handed(paused, POINT, signature, 1)
    resume(paused, "B0001", FOREVER, quiet)
    assert refusals(paused) == ["it is the signature of demo-qa, not of demo-operator"]
    (done,) = told(paused, RecipeChanged)
    assert isinstance(done, RecipeChanged)
    assert done.by == "demo-qa"


def test_a_set_point_beyond_its_instrument_is_refused(paused: Site, quiet: Quiet) -> None:
    beyond = POINT.model_copy(update={"value": 1375.0})
    handed(paused, beyond, approved(paused, beyond))
    resume(paused, "B0001", FOREVER, quiet)
    (reason,) = refusals(paused)
    assert "lies beyond what" in reason


def test_a_loop_that_is_not_there_is_named(paused: Site, quiet: Quiet) -> None:
    elsewhere = POINT.model_copy(update={"loop": "nowhere"})
    handed(paused, elsewhere, approved(paused, elsewhere))
    resume(paused, "B0001", FOREVER, quiet)
    (reason,) = refusals(paused)
    assert reason.startswith("there is no loop nowhere; there are: ")


def test_a_change_is_complete_or_none() -> None:
    with pytest.raises(ValueError, match="a change of a set-point has a value"):
        RecipeChange(change="set-point", loop="oxygen_control")
    with pytest.raises(ValueError, match="a change of a set-point has a value"):
        RecipeChange(change="mode", loop="oxygen_control", mode="manual", value=1.0)
