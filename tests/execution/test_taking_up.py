"""A batch at a GMP site is taken up by an identified person; what was held goes on by a signed order alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.execution import Options, resume, run
from homeostat.execution.clock import nonce, stamp
from homeostat.execution.entering import command
from homeostat.execution.taking_up import order_wanted, take_up
from homeostat.governance import Office
from homeostat.governance.places import create
from homeostat.ledger.catalogue import BatchResumed, CommandGiven, payload
from homeostat.process import Process
from homeostat.validation.staff import Member, staff

from .conftest import Quiet
from .test_gate import approved

FAST = float("inf")


@pytest.fixture
def held(tmp_path: Path, mini: Process, quiet: Quiet) -> Iterator[tuple[Office, dict[str, Member]]]:
    """A batch that asks persons, with a supervisor's order to hold it."""
    site = create(tmp_path / "gmp", "gmp", stamp, nonce)
    with Office.open(site, stamp, nonce) as office:
        team = staff(
            office, sam="process scientist", quinn="quality assurance", olga="operator", head="supervisor"
        )
        approved(office, team, mini)
        run(site, mini, Options(session=team["olga"].session), quiet)
        command(office, team["head"].session, team["head"].secret, "B0001", "hold", reason="the door is open")
        yield office, team


def test_nobody_and_an_operator_do_not_restart_what_is_held_a_supervisor_does_by_signature(
    held: tuple[Office, dict[str, Member]], quiet: Quiet
) -> None:
    office, team = held
    olga, head = team["olga"], team["head"]
    with pytest.raises(AuthorityError, match="taken up by an identified person"):
        resume(office.site, "B0001", FAST, quiet)
    take_up(office, olga.session, olga.secret, "B0001", reason="on")  # an order waits: it takes none of hers
    assert resume(office.site, "B0001", FAST, quiet, session=olga.session).state == "held"
    assert order_wanted(office, "B0001") == "restart"
    with pytest.raises(AuthorityError, match=r"'batch\.command' is refused"):
        take_up(office, olga.session, olga.secret, "B0001", reason="on")
    with pytest.raises(AuthorityError, match="signed order to restart"):
        resume(office.site, "B0001", FAST, quiet, session=olga.session)
    take_up(office, head.session, head.secret, "B0001", reason="the door is closed")
    assert resume(office.site, "B0001", FAST, quiet, session=head.session).state != "held"
    actors = [one.event.actor for one in office.acts((BatchResumed.type,))]
    given = [payload(one.event.type, one.event.data) for one in office.acts((CommandGiven.type,), "B0001")]
    restart = next(one for one in given if isinstance(one, CommandGiven) and one.command == "restart")
    assert actors == ["olga", "head"]
    assert (restart.by, restart.reason, bool(restart.signature)) == ("head", "the door is closed", True)
