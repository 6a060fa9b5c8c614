"""A one-time code that was seen once opens nothing again, whatever it was given for (RFC 6238 section 5.2)."""

from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import people
from homeostat.governance.known import directory
from homeostat.governance.people import Secret, unproved
from homeostat.ledger.catalogue.people import FactorRemoved
from homeostat.validation.checking import Workbench
from homeostat.validation.running import ticking
from homeostat.validation.scene import FRESH, device_of, scene
from homeostat.validation.staff import staff


def test_a_code_that_changed_the_password_opens_nothing_more(tmp_path: Path) -> None:
    with scene(Workbench(tmp_path, *ticking())) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        device = device_of(office, later, maria.session, maria.secret)
        code = device(office)
        people.change_password(office, "maria", Secret(maria.secret.password, code), FRESH, why="seen")
        with pytest.raises(AuthorityError, match="is not right"):
            people.login(office, "maria", Secret(FRESH, code))
        later.put(minutes=1)
        assert people.login(office, "maria", Secret(FRESH, device(office))).person == "maria"


def test_the_code_that_removed_a_factor_is_on_record_with_it(tmp_path: Path) -> None:
    with scene(Workbench(tmp_path, *ticking())) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        device = device_of(office, later, maria.session, maria.secret)
        given = Secret(maria.secret.password, device(office))
        people.remove_factor(office, maria.session, given, why="a new telephone")
        used, removed = list(office.acts(("factor.used", "factor.removed")))[-2:]
        assert (used.event.data["at"], removed.event.type) == ("credential", "factor.removed")
        assert not directory(office).accounts["maria"].second_factor


def test_a_second_factor_is_removed_by_its_owner_alone(tmp_path: Path) -> None:
    with scene(Workbench(tmp_path, *ticking())) as (office, later):
        team = staff(office, maria="operator", ada="administrator")
        device_of(office, later, team["maria"].session, team["maria"].secret)
        office.put("ada", FactorRemoved(account="maria", why="made up", changes=()))
        assert directory(office).accounts["maria"].second_factor
        (found,) = unproved(office.ledger)
        assert found.what.endswith("removes the second factor of maria by ada, and only its owner may")
