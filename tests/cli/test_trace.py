"""`homeostat trace`: both ways, in words and as data, also of batches that were run without custody."""

import json
from pathlib import Path

import pytest

from homeostat.governance.custody import trace
from homeostat.site import Site

from .conftest import Call

MINI = Path(__file__).parent.parent / "execution" / "mini.yaml"


@pytest.fixture
def site(homeostat: Call, tmp_path: Path) -> Path:
    """A bag of P-017 that went into batch M1, which then began."""
    place = Site.create(tmp_path / "site").root
    at = ("--site", place, "--json")
    identity = json.loads(homeostat("label", "issue", "P-017", *at).stdout)["identity"]
    collected = ("collect", identity, "--second", "P-017", "--place", "ward", "--logger", "TL-1")
    bag = json.loads(homeostat("custody", *collected, *at).stdout)["container"]
    words = ("custody", "bind", "M1", bag, "--scan", bag, "--second", "P-017")
    assert homeostat(*words, *at).returncode == 0
    run = ("run", MINI, "--site", place, "--batch", "M1", "--patient", "P-017", "--until", "inoculate")
    assert homeostat(*run).returncode == 0
    return place


def test_a_batch_leads_back_to_its_donor(homeostat: Call, site: Path) -> None:
    found = homeostat("trace", "M1", "--site", site)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("batch M1 came from\n  container ")
    assert "donor P-017" in found.stdout
    assert "recipient P-017  (started for, " in found.stdout


def test_as_data_it_has_nodes_edges_and_both_ends(homeostat: Call, site: Path) -> None:
    found = json.loads(homeostat("trace", "P-017", "--site", site, "--json").stdout)
    assert (found["donors"], found["recipients"]) == (["P-017"], ["P-017"])
    kinds = {(edge["from"]["kind"], edge["to"]["kind"]) for edge in found["edges"]}
    assert kinds == {
        ("donor", "identity"),
        ("identity", "donation"),
        ("donation", "container"),
        ("container", "batch"),
        ("batch", "recipient"),
    }
    with Site.open(site).reading() as (ledger, _):
        events = {one.event.id for one in ledger.events()}
        assert len(found["edges"]) == len(trace(ledger, "P-017").edges)
    assert all(edge["event"] in events for edge in found["edges"])


def test_a_batch_replays_as_if_there_were_no_custody(homeostat: Call, site: Path) -> None:
    assert homeostat("resume", "M1", "--site", site).returncode == 0
    assert homeostat("replay", "M1", "--site", site).returncode == 0
    assert homeostat("verify", "--site", site).returncode == 0


def test_the_batch_of_another_patient_holds_the_bag(homeostat: Call, site: Path) -> None:
    at = ("--site", site, "--json")
    identity = json.loads(homeostat("label", "issue", "P-018", *at).stdout)["identity"]
    collected = ("collect", identity, "--second", "P-018", "--place", "ward", "--logger", "TL-1")
    bag = json.loads(homeostat("custody", *collected, *at).stdout)["container"]
    words = ("custody", "bind", "M1", bag, "--scan", bag, "--second", "P-018")
    stopped = homeostat(*words, "--site", site)
    assert stopped.returncode == 1
    assert "is of another patient" in stopped.stderr


def test_a_name_that_is_nothing_is_said(homeostat: Call, site: Path) -> None:
    found = homeostat("trace", "P-999", "--site", site)
    assert (found.returncode, "nothing came of it" in found.stderr) == (2, True)
