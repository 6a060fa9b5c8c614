"""`homeostat validate`: by an identified person, at a site that is there or is said to be made."""

from pathlib import Path

import pytest

from homeostat.site import Site
from homeostat.validation import performing
from homeostat.validation.checking import Workbench

from .conftest import Call


def _holds(bench: Workbench) -> str:
    return "it holds"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One requirement, proved at once."""
    monkeypatch.setattr(performing, "registered", lambda: {"ALC-2": [_holds]})


def actors(site: Path) -> list[str]:
    """Who validated."""
    with Site.open(site).reading() as (ledger, _):
        return [one.event.actor for one in ledger.events(types=["system.validated"])]


def test_a_newcomer_gets_a_training_site_and_is_told(homeostat: Call, tmp_path: Path) -> None:
    place = tmp_path / "new"
    done = homeostat("validate", "--only", "ALC-2", "--site", place)
    assert done.stderr.splitlines()[:2] == [
        f"a training site was made in {place}",
        "training: demo-qa acts",
    ]
    assert "it holds" in done.stdout
    again = homeostat("validate", "--only", "ALC-2", "--site", place, "--pdf", tmp_path / "report.pdf")
    assert "was made" not in again.stderr
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert actors(place) == ["demo-qa", "demo-qa"]


def test_nobody_validates_a_gmp_site_unnamed(homeostat: Call, tmp_path: Path) -> None:
    place = tmp_path / "gmp"
    homeostat("site", "create", place, "--gmp")
    refused = homeostat("validate", "--only", "ALC-2", "--site", place)
    assert (refused.returncode, "it has to be known who acts" in refused.stderr) == (2, True)
    assert not (place / "ledger.db").is_file() or actors(place) == []


@pytest.mark.parametrize("session", ["", "a held one"])
def test_who_names_themselves_means_a_site_that_is_there(
    homeostat: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, session: str
) -> None:
    monkeypatch.setenv("HOMEOSTAT_SESSION", session)
    named = () if session else ("--as", "quinn")
    refused = homeostat("validate", "--only", "ALC-2", "--site", tmp_path / "typo", *named)
    assert (refused.returncode, "there is no site here" in refused.stderr) == (2, True)
    assert not (tmp_path / "typo").exists()


def test_who_may_not_take_the_report_is_told_before_the_work(homeostat: Call, tmp_path: Path) -> None:
    place, paper = tmp_path / "site", tmp_path / "report.pdf"
    homeostat("site", "create", place)
    refused = homeostat("validate", "--only", "ALC-2", "--site", place, "--pdf", paper, "--as", "demo-admin")
    assert (refused.returncode, "record.review" in refused.stderr) == (2, True)
    assert not paper.exists()
    assert actors(place) == []
