"""Labels on the command line: identities issued, labels printed and counted, scans told."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeostat.site import Site

from .conftest import Call


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new training site, in the folder where the command is called."""
    monkeypatch.chdir(tmp_path)
    return Site.create(tmp_path / "site").root


def done(homeostat: Call, *words: str) -> dict[str, Any]:
    found = homeostat("label", *words, "--json")
    assert found.returncode == 0, found.stderr
    value: dict[str, Any] = json.loads(found.stdout)
    return value


def test_an_identity_is_issued_and_its_label_printed(homeostat: Call, site: Path) -> None:
    name = done(homeostat, "issue", "P-017")["identity"]
    printed = done(homeostat, "print", name, "--copies", "3", "--size", "60x35")
    assert (printed["of"], printed["copies"], printed["reprint"]) == (name, 3, False)
    assert (printed["matrix"], printed["bars"]) == (f"H1|{name}|", name)
    text = Path(printed["file"]).read_text("utf-8")
    assert text.count("<svg ") == 3
    assert "TRAINING: not for patients" in text


def test_a_reprint_needs_a_reason(homeostat: Call, site: Path) -> None:
    name = done(homeostat, "issue", "P-017")["identity"]
    done(homeostat, "print", name)
    refused = homeostat("label", "print", name)
    assert (refused.returncode, "a reprint needs a reason" in refused.stderr) == (2, True)
    again = done(homeostat, "print", name, "--why", "smudged")
    assert (again["reprint"], again["why"]) == (True, "smudged")


def test_one_label_as_a_drawing(homeostat: Call, site: Path, tmp_path: Path) -> None:
    name = done(homeostat, "issue", "P-017")["identity"]
    assert homeostat("label", "print", name, "--out", tmp_path / "one.svg").returncode == 0
    assert (tmp_path / "one.svg").read_text("utf-8").startswith("<svg ")


def test_an_identity_of_a_hospital_is_taken_over(homeostat: Call, site: Path) -> None:
    words = ("issue", "P-017", "--external", "HOSP/77", "--system", "Hospital")
    act = done(homeostat, *words)
    assert (act["identity"], act["system"]) == ("HOSP/77", "Hospital")
    assert homeostat("label", *words).returncode == 2
    printed = done(homeostat, "print", "HOSP/77")
    assert printed["file"] == "label-HOSP_77.html"
    assert done(homeostat, "scan", printed["matrix"])["known"].startswith("chain of identity of P-017")


def test_a_scan_is_told_with_what_the_sites_tables_say(homeostat: Call, site: Path) -> None:
    done(homeostat, "issue", "P-017")
    bare = homeostat("label", "scan", "=G12349865432177").stdout
    assert "G1234 (the site supplies no table of facilities with it)" in bare
    (site / "tables").mkdir()
    table = {"name": "facilities", "edition": "own", "entries": {"G1234": "Our collection ward"}}
    (site / "tables" / "facilities.json").write_text(json.dumps(table), "utf-8")
    told = done(homeostat, "scan", "=G12349865432177")
    assert told["fields"]["facility"] == "G1234 (Our collection ward)"
    assert (told["identifier"], told["known"]) == ("G123498654321", None)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("print", "NOBODY"), "never issued"),
        (("print", "NOBODY", "--size", "huge"), "width x height"),
        (("scan", "G123498654321J"), "read it again"),
        (("issue", ""), "patient code"),
        (("issue", "P-1", "--external", "X"), "go together"),
        (("issue", "P-1", "--as", "demo-operator"), "'identity.issue' is refused"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], told: str, homeostat: Call, site: Path) -> None:
    homeostat("label", "issue", "P-017")
    found = homeostat("label", *words)
    assert found.returncode == 2
    assert told in found.stderr


def test_a_label_too_small_is_not_printed_and_not_counted(homeostat: Call, site: Path) -> None:
    name = done(homeostat, "issue", "P-017")["identity"]
    assert homeostat("label", "print", name, "--size", "20x10").returncode == 2
    assert done(homeostat, "print", name)["reprint"] is False
