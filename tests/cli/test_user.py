"""`homeostat user`: persons from the first administrator to a signed review, as a hospital would type it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest

from homeostat.ledger import Ledger
from homeostat.site import Site

from .conftest import ADA, MARIA, VERA, WHY, Call

pytestmark = pytest.mark.usefixtures("cheap")


def test_persons_come_change_and_go(staffed: Path, type_: Any) -> None:
    listed = {one["account"]: one for one in type_(staffed, "list")}
    assert set(listed) == {"ada", "maria", "vera"}
    assert listed["maria"]["roles"] == ["operator"]
    assert (listed["maria"]["accountable"], listed["ada"]["accountable"]) == (True, False)
    ada = {"PASSWORD": ADA}
    changed = type_(staffed, "roles", "maria", "--role", "supervisor", *WHY, "--as", "ada", **ada)
    assert (changed["roles"], changed["awaits_agreement"]) == (["operator"], ["supervisor"])
    agreed = type_(staffed, "agree", "maria", *WHY, "--as", "vera", PASSWORD=VERA)
    assert (agreed["roles"], agreed["awaits_agreement"]) == (["supervisor"], [])
    assert type_(staffed, "lock", "maria", *WHY, "--as", "ada", **ada)["state"] == "locked"
    assert "ask an administrator" in type_(staffed, "accept", "--as", "maria", fails=True, PASSWORD=MARIA)
    assert type_(staffed, "unlock", "maria", *WHY, "--as", "ada", **ada)["state"] == "active"
    assert type_(staffed, "retire", "maria", *WHY, "--as", "ada", **ada)["state"] == "retired"
    again = ("add", "maria", "--name", "M", "--role", "operator", "--verified", "x", *WHY, "--as", "ada")
    assert "was given already" in type_(staffed, *again, fails=True, **ada)


def test_passwords_are_changed_and_reset_by_two(staffed: Path, type_: Any) -> None:
    new = "seven tall ships at dawn"
    type_(staffed, "password", "maria", PASSWORD=MARIA, NEW_PASSWORD=new)
    assert "not right" in type_(staffed, "accept", "--as", "maria", fails=True, PASSWORD=MARIA)
    one = type_(staffed, "reset", "request", "maria", *WHY, "--as", "ada", PASSWORD=ADA)["code"]
    other = type_(staffed, "reset", "confirm", "maria", *WHY, "--as", "vera", PASSWORD=VERA)["code"]
    told = type_(
        staffed, "reset", "complete", "maria", *WHY, fails=True, CODE=one, OTHER_CODE=one, NEW_PASSWORD=MARIA
    )
    assert "no such reset" in told
    type_(staffed, "reset", "complete", "maria", *WHY, CODE=one, OTHER_CODE=other, NEW_PASSWORD=MARIA)
    type_(staffed, "accept", "--as", "maria", PASSWORD=MARIA)


def test_training_second_factor_policy_and_review(staffed: Path, type_: Any, tmp_path: Path) -> None:
    until = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    words = ("train", "maria", "execution", "--until", until, "--evidence", "course 7", *WHY, "--as", "vera")
    held = type_(staffed, *words, PASSWORD=VERA)["qualifications"]
    assert held["execution"] == {"expires": until, "evidence": "course 7", "withdrawn": False}
    gone = type_(staffed, "train", "maria", "execution", "--withdraw", *WHY, "--as", "vera", PASSWORD=VERA)
    assert gone["qualifications"]["execution"]["withdrawn"] is True
    assert "has an end" in type_(
        staffed, "train", "maria", "x", *WHY, "--as", "vera", fails=True, PASSWORD=VERA
    )
    offer = type_(staffed, "second-factor", "offer", *WHY, "--as", "maria", PASSWORD=MARIA)
    device = tmp_path / "device"
    device.write_text(offer["secret"] + "\n", "utf-8")
    code = pyotp.TOTP(offer["secret"]).at(datetime.now(UTC))
    words = ("second-factor", "enrol", "--device-file", str(device), "--code", code, *WHY, "--as", "maria")
    assert type_(staffed, *words, PASSWORD=MARIA)["second_factor"] is True
    assert "not right" in type_(staffed, "accept", "--as", "maria", fails=True, PASSWORD=MARIA)
    policy = type_(staffed, "policy", "--idle-minutes", "5", *WHY, "--as", "ada", PASSWORD=ADA)
    assert policy == {
        "idle_minutes": 5,
        "session_hours": 12,
        "password_days": 180,
        "attempts": 5,
        "lock_minutes": 30,
    }
    assert "from 3 to 10" in type_(
        staffed, "policy", "--attempts", "99", *WHY, "--as", "ada", fails=True, PASSWORD=ADA
    )
    review = type_(staffed, "review", "--sign", *WHY, "--as", "vera", PASSWORD=VERA)
    assert [line["account"] for line in review["lines"]] == ["ada", "vera", "maria"]
    assert review["signature"]["meaning"] == "reviewed"
    assert "access was never reviewed" in review["findings"]


def test_a_session_goes_on_through_several_commands(staffed: Path, type_: Any, homeostat: Call) -> None:
    held = type_(staffed, "login", "ada", PASSWORD=ADA)["session"]
    assert type_(staffed, "lock", "maria", *WHY, SESSION=held)["state"] == "locked"
    assert "no such session" in type_(staffed, "unlock", "maria", *WHY, fails=True, SESSION=held + "0")
    type_(staffed, "logout", SESSION=held)
    assert "no such session" in type_(staffed, "unlock", "maria", *WHY, fails=True, SESSION=held)
    assert "holds no session" in type_(staffed, "logout", fails=True)
    assert homeostat("user", "list", "--site", staffed).stdout.splitlines()[0].split()[:2] == [
        "account",
        "name",
    ]


def test_a_secret_is_never_an_argument_nor_shown(
    staffed: Path, type_: Any, homeostat: Call, tmp_path: Path
) -> None:
    assert "the password is missing" in type_(staffed, "lock", "maria", *WHY, "--as", "ada", fails=True)
    file = tmp_path / "word"
    file.write_text(ADA + "\n", "utf-8")
    found = homeostat(
        "user", "lock", "maria", *WHY, "--as", "ada", "--password-file", file, "--site", staffed
    )
    assert found.returncode == 0
    assert found.stdout == "maria is locked.\n"
    assert ADA not in found.stdout + found.stderr
    options = homeostat("user", "lock", "--help").stdout
    assert "--password-file" in options
    assert "--password " not in options
    missing = ("unlock", "maria", *WHY, "--as", "ada", "--password-file", str(tmp_path / "none"))
    assert "cannot be read" in type_(staffed, *missing, fails=True)


def test_somebody_has_to_be_named_at_a_gmp_site(gmp: Path, type_: Any) -> None:
    assert type_(gmp, "list") == []
    assert "who acts" in type_(gmp, "lock", "maria", *WHY, fails=True)
    assert "not right" in type_(
        gmp, "lock", "maria", *WHY, "--as", "demo-admin", fails=True, **{"PASSWORD": "training"}
    )


def test_at_a_training_site_a_demonstration_identity_acts_and_it_is_said(
    homeostat: Call, type_: Any, tmp_path: Path
) -> None:
    place = Site.create(tmp_path / "training").root
    assert "demo-admin acts" in homeostat("user", "lock", "demo-qp", *WHY, "--site", place).stderr
    assert {one["account"]: one["state"] for one in type_(place, "list")}["demo-qp"] == "locked"
    assert "mend: ask administrator" in type_(
        place, "lock", "demo-qa", *WHY, "--as", "demo-operator", fails=True
    )
    report = homeostat("user", "review", "--site", place).stdout
    assert "demo-qp: is locked" in report
    assert "a demonstration identity" in report
    assert "has to be known" in type_(place, "accept", fails=True)


def test_at_a_gmp_site_an_order_is_given_by_an_account(
    staffed: Path, homeostat: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarm = ("alarm", "acknowledge", "a", "--batch", "B1", *WHY, "--site", staffed)
    control = ("control", "approve", "c", "7", "--batch", "B1", *WHY, "--site", staffed)
    for words, mine in ((alarm, MARIA), (control, MARIA)):
        assert "identified person" in homeostat(*words, "--by", "Dr. A").stderr
        assert "who acts" in homeostat(*words).stderr
        monkeypatch.setenv("HOMEOSTAT_PASSWORD", mine)
        told = homeostat(*words, "--as", "maria")
        assert told.returncode == 2
        assert "is refused: maria" in told.stderr  # not qualified for it
        monkeypatch.delenv("HOMEOSTAT_PASSWORD")
    place = Site.open(staffed)
    with Ledger.open(place.ledger_path, key=None, heads=place.heads_file, clock=str) as ledger:
        refused = [one.event.data["permission"] for one in ledger.events(types=("access.refused",))]
    assert refused == ["alarm.order", "control.order"]


def test_at_a_training_site_an_order_takes_a_name_or_an_account_not_both(
    homeostat: Call, tmp_path: Path
) -> None:
    place = Site.create(tmp_path / "training").root
    words = ("alarm", "acknowledge", "a", "--batch", "B1", *WHY, "--site", place)
    assert "--by" in homeostat(*words).stderr
    assert "not both" in homeostat(*words, "--by", "A", "--as", "demo-operator").stderr
    assert "there is no batch" in homeostat(*words, "--as", "demo-operator").stderr
    assert "holds no role" in homeostat(*words, "--as", "demo-qp").stderr
