"""Custody on the command line: a bag's way from the ward to the clean room, and what a mismatch does."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeostat.cli.persons import opened
from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, give
from homeostat.ledger import JSON, canonical
from homeostat.site import Site

from .conftest import Call, Completed

SECOND = ("--as", "demo-operator-2")


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A new training site."""
    return Site.create(tmp_path / "site").root


def done(homeostat: Call, site: Path, *words: str) -> dict[str, Any]:
    """A command that must do what it says; its JSON."""
    found = homeostat(*words, "--site", site, "--json")
    assert found.returncode == 0, found.stderr
    value: dict[str, Any] = json.loads(found.stdout)
    return value


def custody(homeostat: Call, site: Path, *words: str) -> Completed:
    return homeostat("custody", *words, "--site", site)


def bag(homeostat: Call, site: Path, patient: str = "P-017") -> tuple[str, str]:
    """A new identity and a bag of it."""
    identity = done(homeostat, site, "label", "issue", patient)["identity"]
    words = ("custody", "collect", identity, "--second", patient, "--place", "ward", "--logger", "TL-1")
    return identity, done(homeostat, site, *words)["container"]


def handing(name: str, scan: str, second: str = "P-017") -> tuple[str, ...]:
    way = ("--to", "demo-operator-2", "--place", "clean room", "--logger", "TL-2")
    return ("hand-over", name, *way, "--scan", scan, "--second", second)


def shown(homeostat: Call, site: Path, *words: str) -> list[dict[str, Any]]:
    found = custody(homeostat, site, "show", *words, "--json")
    assert found.returncode == 0, found.stderr
    rows: list[dict[str, Any]] = json.loads(found.stdout)
    return rows


def test_a_bag_goes_from_hand_to_hand(homeostat: Call, site: Path) -> None:
    identity, name = bag(homeostat, site)
    scan = f"H1|{identity}|{name}"
    given = custody(homeostat, site, *handing(name, scan))
    assert "until it is received" in given.stdout
    assert "training: demo-operator acts" in given.stderr
    (row,) = shown(homeostat, site)
    assert (row["custodian"], row["offered_to"]) == ("demo-operator", "demo-operator-2")
    taken = custody(homeostat, site, "receive", name, "--scan", scan, "--second", "P-017", *SECOND)
    assert taken.returncode == 0, taken.stderr
    (row,) = shown(homeostat, site)
    assert [one["custodian"] for one in row["custodians"]] == ["demo-operator", "demo-operator-2"]
    told = custody(homeostat, site, "show", name).stdout
    assert "Demonstration operator (demo-operator), performed" in told
    assert "Demonstration operator 2 (demo-operator-2), verified" in told


def test_a_mismatch_ends_with_code_1_and_holds_the_bag(homeostat: Call, site: Path) -> None:
    identity, name = bag(homeostat, site)
    scan = f"H1|{identity}|{name}"
    stopped = custody(homeostat, site, *handing(name, scan, "P-018"))
    assert stopped.returncode == 1
    assert f"HELD: {name}" in stopped.stderr
    assert "a deviation is requested" in stopped.stderr
    assert shown(homeostat, site)[0]["held"]["by"] == ["demo-operator"]
    again = custody(homeostat, site, *handing(name, scan))
    assert (again.returncode, "HELD" in again.stderr) == (2, True)
    assert custody(homeostat, site, "resolve", name, "cleared", "--why", "a slip").returncode == 0
    assert custody(homeostat, site, *handing(name, scan)).returncode == 0


def test_a_hold_is_ordered_and_a_container_rejected(homeostat: Call, site: Path) -> None:
    _, name = bag(homeostat, site)
    assert custody(homeostat, site, "hold", name, "--why", "it leaks").returncode == 0
    assert (
        done(homeostat, site, "custody", "resolve", name, "rejected", "--why", "lost")["outcome"]
        == "rejected"
    )
    assert custody(homeostat, site, "show").stdout == "No container is in custody.\n"
    assert shown(homeostat, site, name)[0]["phase"] == "rejected"


def released(site: Path, batch: str) -> None:
    """A qualified person's signature on the certificate of a batch."""
    with opened(site) as office:
        session = login(office, "demo-qp", SECRET)
        shown: dict[str, JSON] = {"batch": batch, "review": "0" * 64}
        certificate = Subject("certificate", batch, canonical(shown), batch)
        give(office, session, SECRET, certificate, "released", "fit for use", terms={"certificate": shown})


def test_split_pool_batch_and_patient(homeostat: Call, site: Path) -> None:
    identity, name = bag(homeostat, site)
    made = done(homeostat, site, "custody", "split", name, "--parts", "2", "--vessel", "tube")["parts"]
    names = [one["container"] for one in made]
    into = done(homeostat, site, "custody", "pool", *names)["into"]
    bound = done(homeostat, site, "custody", "bind", "B1", into, "--scan", into, "--second", "P-017")
    assert (bound["identity"], bound["patient"]) == (identity, "P-017")
    last = done(homeostat, site, "custody", "fill", "B1", "--place", "room", "--logger", "TL")["container"]
    released(site, "B1")
    words = ("custody", "administer", last, "--scan", last, "--second", "P-017", "--place", "ward")
    assert done(homeostat, site, *words)["recipient"] == "P-017"
    assert [one["phase"] for one in shown(homeostat, site, identity)] == [
        "split",
        "pooled",
        "pooled",
        "used",
        "administered",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("show", "NOBODY"), "no such container"),
        (("split", "NOBODY", "--parts", "2"), "no such container"),
        (("fill", "B9", "--place", "x", "--logger", "y"), "no chain of identity"),
        (("hold", "NOBODY", "--why", "x"), "no such container"),
        (("resolve", "NOBODY", "cleared", "--why", "x"), "no such container"),
        (("collect", "NOBODY", "--second", "P", "--place", "x", "--logger", "y"), "never issued"),
        (("pool", "A"), "at least two"),
        (("split", "A", "--parts", "2", "--as", "demo-admin"), "'custody.transfer' is refused"),
    ],
)
def test_what_cannot_be_done_is_said(words: tuple[str, ...], told: str, homeostat: Call, site: Path) -> None:
    homeostat("label", "issue", "P-017", "--site", site)
    found = custody(homeostat, site, *words)
    assert found.returncode == 2
    assert told in found.stderr
