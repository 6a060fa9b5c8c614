"""`homeostat review`, `deviation` and `audit`: from the exceptions of a batch to a signed review, as typed."""

import json
from pathlib import Path

import pytest

from homeostat.historian import Historian
from homeostat.ledger import Event
from homeostat.ledger.catalogue import DeviationRequested
from homeostat.site import Site

from ..quality.faults import clean
from ..quality.tale import Tale
from .conftest import Call

WHY = ("--why", "a test")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A training site with a batch that has a gap and a repeated phase."""
    site = Site.create(tmp_path / "site")
    ticks = iter(range(10**6))
    with (
        site.recording(
            lambda: f"2026-01-01T00:{next(ticks) // 60:02d}:{next(ticks) % 60:02d}+00:00"
        ) as ledger,
        Historian.open(site.historian_path) as historian,
    ):
        clean(Tale(ledger, historian), {"gap", "repeat"})
    return site.root


def test_a_review_from_the_first_look_to_the_signature(homeostat: Call, place: Path) -> None:
    at = ("--site", place)
    first = json.loads(homeostat("review", "B0001", "--json", *at).stdout)
    assert first["state"] == "not begun"
    gap, repeat = sorted((item["group"], item["id"]) for item in first["report"]["items"])
    early = homeostat("review", "sign", "B0001", *WHY, *at)
    assert early.returncode == 2
    assert "nothing was said of" in early.stderr
    assert homeostat("review", "dispose", "B0001", gap[1], "--accept", *WHY, *at).returncode == 0
    raised = homeostat("review", "dispose", "B0001", repeat[1], "--deviation", *WHY, "--json", *at)
    name = json.loads(raised.stdout)["deviation"]
    signed = homeostat("review", "sign", "B0001", *WHY, *at)
    assert "training: demo-qa acts" in signed.stderr
    assert json.loads(homeostat("review", "B0001", "--json", *at).stdout)["state"] == "reviewed"
    assert name in homeostat("deviation", "list", *at).stdout


def test_the_page_of_a_review_fits_and_counts(homeostat: Call, place: Path) -> None:
    shown = homeostat("review", "B0001", "--site", place).stdout
    assert "2 exceptions" in shown
    assert "repeated" in shown
    assert len(shown.splitlines()) < 60
    whole = homeostat("review", "B0001", "--all", "--site", place).stdout
    assert "Samples (1)" in whole
    older = homeostat("review", "B0001", "--rules", "0", "--site", place).stdout
    assert "1 exceptions" in older
    unknown = homeostat("review", "B0001", "--rules", "77", "--site", place)
    assert unknown.returncode == 2
    assert "there is no rule set 77" in unknown.stderr


def test_a_review_that_was_begun_is_shown_as_under_way(homeostat: Call, place: Path) -> None:
    begun = homeostat("review", "begin", "B0001", *WHY, "--site", place)
    assert "Batch B0001: review under way." in begun.stdout


def test_a_requested_deviation_is_listed_and_taken_up(homeostat: Call, place: Path) -> None:
    at = ("--site", place)
    with Site.open(place).recording(lambda: "2026-01-02T00:00:00+00:00") as ledger:
        asked = DeviationRequested(why="found", about=("B0001",), finding="a torn bag", source="")
        ledger.append(Event("asked/1", asked.type, "", 0, "ada", asked.model_dump(mode="json")))
        ledger.commit()
    (listed,) = json.loads(homeostat("deviation", "list", "--json", *at).stdout)
    assert (listed["state"], listed["id"], listed["batch"]) == ("requested", "asked/1", "B0001")
    assert "a torn bag" in homeostat("deviation", "list", *at).stdout
    opened = homeostat("deviation", "open", "Torn bag", "--request", "asked/1", *WHY, "--json", *at)
    told = json.loads(opened.stdout)
    assert (told["batch"], told["finding"]) == ("B0001", "a torn bag")
    (now,) = json.loads(homeostat("deviation", "list", "--json", *at).stdout)
    assert (now["state"], now["id"]) == ("open", told["id"])
    again = homeostat("deviation", "open", "Torn bag", "--request", "asked/1", *WHY, *at)
    assert again.returncode == 2
    assert "was raised for it already" in again.stderr


def test_a_deviation_from_opening_to_closing(homeostat: Call, place: Path) -> None:
    at = ("--site", place)
    opened = homeostat(
        "deviation", "open", "Seal worn", "--finding", "a drop", "--batch", "B0001", *WHY, "--json", *at
    )
    name = json.loads(opened.stdout)["id"]
    refused = homeostat("deviation", "close", name, *WHY, *at)
    assert refused.returncode == 2
    for words in (
        ("assess", name, "--as-class", "major", "--impact", "none"),
        ("cause", name, "an old seal"),
        ("capa", name, "--text", "new seals", "--owner", "ada", "--due", "2027-01-31"),
        ("close", name),
    ):
        done = homeostat("deviation", *words, *WHY, *at)
        assert done.returncode == 0, done.stderr
    shown = json.loads(homeostat("deviation", "show", name, "--json", *at).stdout)
    assert (shown["classification"], shown["closed_by"]) == ("major", "demo-qa")
    assert homeostat("deviation", "show", "DEV-9999", *at).returncode == 2


@pytest.mark.parametrize("about", [("--batch", "B0002"), ("--batch", "B0001", "--exception", "EX-anything")])
def test_a_deviation_of_what_there_is_not_is_refused_and_leaves_no_batch(
    homeostat: Call, place: Path, about: tuple[str, ...]
) -> None:
    at = ("--site", place)
    refused = homeostat("deviation", "open", "Typo", "--finding", "x", *about, *WHY, *at)
    assert refused.returncode == 2, refused
    assert about[-1] in refused.stderr
    assert json.loads(homeostat("deviation", "list", "--json", *at).stdout) == []
    assert homeostat("release", "status", "B0002", *at).returncode == 2


def test_the_check_before_release_calls_a_process_s_own_word_its_own(homeostat: Call, place: Path) -> None:
    assert "(the process's own word)." in homeostat("release", "check", "B0001", "--site", place).stdout


def test_the_trail_is_listed_filtered_and_reviewed(homeostat: Call, place: Path) -> None:
    at = ("--site", place)
    homeostat("deviation", "open", "t", "--finding", "f", "--batch", "B0001", *WHY, *at)
    listed = json.loads(homeostat("audit", "list", "--batch", "B0001", "--acts", "--json", *at).stdout)
    assert [line["type"] for line in listed["lines"]] == ["deviation.opened"]
    signed = homeostat("audit", "review", "--batch", "B0001", *WHY, *at)
    assert signed.returncode == 0, signed.stderr
    assert "(valid)" in homeostat("audit", "list", "--batch", "B0001", *at).stdout
    assert homeostat("audit", "list", "--since", "soon", *at).returncode == 2
