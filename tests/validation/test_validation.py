"""Validation: the report is signed and kept, every row is traced, and what fails is said."""

import json
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import Office
from homeostat.governance.authority import authorise
from homeostat.ledger import PublicKey, canonical
from homeostat.site import Site
from homeostat.validation import performing
from homeostat.validation.checking import UnmetError, Workbench
from homeostat.validation.installation import Finding, components, installation
from homeostat.validation.performing import Performed, perform
from homeostat.validation.report import CONTEXT, matrix
from homeostat.validation.requirements import Requirement
from homeostat.validation.running import results
from homeostat.validation.staff import staff

WANTED = (Requirement("ONE", "first", "high", "hold"), Requirement("TWO", "second", "low", "hold as well"))


def holds(bench: Workbench) -> str:
    return f"seen in an empty folder: {not any(bench.folder.iterdir())}"


def fails(bench: Workbench) -> str:
    raise UnmetError("two is not one")


def performed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Site, Performed]:
    """A validation at a GMP site by two tests of ten minutes each, longer than a session may be idle."""
    site, passed, names = Site.create(tmp_path / "site", "gmp"), list[timedelta](), count()

    def clock() -> str:
        return (datetime(2026, 1, 5, 8, tzinfo=UTC) + sum(passed, start=timedelta())).isoformat()

    def lasting(bench: Workbench) -> str:
        passed.append(timedelta(minutes=10))
        return holds(bench)

    def failing(bench: Workbench) -> str:
        passed.append(timedelta(minutes=10))
        return fails(bench)

    tests = {"ONE": [lasting], "TWO": [failing]}
    monkeypatch.setattr(performing, "registered", tests.copy)
    with Office.open(site, clock, lambda: f"n{next(names)}") as office:
        team = staff(office, quinn="quality assurance", olga="operator")
        with pytest.raises(AuthorityError, match=r"'site\.validate' is refused"):
            perform(office, team["olga"].session, WANTED, why="a test")
        done = perform(office, team["quinn"].session, WANTED, why="a test")
        authorise(office, team["quinn"].session, "site.validate")
        assert passed == [timedelta(minutes=10)] * 2
        return site, done


def test_every_requirement_is_traced_to_its_tests(tmp_path: Path) -> None:
    rows = [*results(WANTED, {"ONE": [holds], "TWO": [holds, fails]}, tmp_path)]
    assert [(one.id, one.test.rpartition(".")[2], one.result) for one in rows] == [
        ("ONE", "holds", "passed"),
        ("TWO", "holds", "passed"),
        ("TWO", "fails", "failed"),
    ]
    assert rows[0].evidence == "seen in an empty folder: True"
    assert rows[2].evidence == "two is not one"


def test_a_check_of_two_requirements_runs_once_and_leaves_nothing(tmp_path: Path) -> None:
    seen: list[Path] = []

    def once(bench: Workbench) -> str:
        seen.append(bench.folder)
        (bench.folder / "left").write_text("behind", "utf-8")
        return "it was here"

    assert {one.result for one in results(WANTED, {"ONE": [once], "TWO": [once]}, tmp_path)} == {"passed"}
    assert len(seen) == 1
    assert not any(tmp_path.iterdir())


def test_the_report_is_signed_by_the_site_and_its_hash_is_on_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, done = performed(tmp_path, monkeypatch)
    kept = json.loads(done.path.read_bytes())
    content = canonical(kept["report"])
    assert PublicKey.load(site.keys).verifies(CONTEXT + content, bytes.fromhex(kept["seal"]["signature"]))
    assert not PublicKey.load(site.keys).verifies(
        CONTEXT + content.replace(b"second", b"secund"), bytes.fromhex(kept["seal"]["signature"])
    )
    with site.reading() as (ledger, _):
        (act,) = ledger.events(types=["system.validated"])
    assert act.event.actor == "quinn"
    assert act.event.data["report"] == done.report.digest
    assert act.event.data["failures"] == done.report.failures >= 1


def test_the_matrix_has_a_row_for_each_question_and_test() -> None:
    found = (Finding("Is it whole?", False, "it is not"),)
    assert matrix(found, ()) == [
        {
            "id": "IQ-1",
            "clause": "installation qualification",
            "test": "Is it whole?",
            "result": "failed",
            "evidence": "it is not",
        }
    ]


def test_the_installation_is_asked_about_itself() -> None:
    answers = {one.question: one.holds for one in installation()}
    assert answers.pop("Every installed file is as the installer recorded it") in (True, False)
    assert all(answers.values()), answers


def test_what_is_installed_is_listed() -> None:
    listed = dict(components())
    assert {"homeostat", "numpy", "cryptography"} <= listed.keys()
    assert all(listed.values())
