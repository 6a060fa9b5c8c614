"""Checks with a bar can fail: a time that is missed, a signature that was acknowledged and is lost, a hidden change."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from homeostat.ledger import Event, Ledger
from homeostat.validation.checking import UnmetError, Workbench
from homeostat.validation.checks import exceptions, killed, replaying
from homeostat.validation.running import ticking


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    return Workbench(tmp_path, *ticking())


def test_exe_11_fails_where_the_bar_is_missed(bench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "EVENTS", 2000)
    monkeypatch.setattr(exceptions, "SECONDS", 1e-6)
    with pytest.raises(UnmetError, match="are asked for"):
        exceptions.a_long_record_reopens_and_verifies_in_time(bench)


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ({"signature/none"}, -9, "1 signatures were acknowledged and are lost"),
        (set(), -9, "nobody signed anything"),
        (set(), 1, "of 3 signers 0 were killed"),
    ],
)
def test_a11_7_fails_where_something_acknowledged_is_lost(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch, given: set[str], code: int, told: str
) -> None:
    monkeypatch.setattr(killed, "_killed", lambda site, after: (given, code))
    with pytest.raises(UnmetError, match=told):
        killed.who_is_killed_while_signing_has_lost_nothing_acknowledged(bench)


def test_p11_10e_fails_where_a_change_hides_what_was_there(
    bench: Workbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of every lock the old state is told wrongly."""
    real = Ledger.append

    def lying(ledger: Ledger, event: Event) -> None:
        data = json.loads(json.dumps(event.data))
        if event.type == "account.locked":
            data["changes"][0]["old"] = "invited"
        real(ledger, replace(event, data=data))

    monkeypatch.setattr(Ledger, "append", lying)
    with pytest.raises(UnmetError, match="hides what"):
        replaying.random_acts_of_random_persons_leave_a_record_that_gives_their_state(bench)
