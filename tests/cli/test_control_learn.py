"""`homeostat control learn`: a draft and its evidence from finished batches, and nothing where they give no reason."""

import json
from pathlib import Path

import pytest

from homeostat.execution import Options, run
from homeostat.execution.trial import Silent
from homeostat.process import load
from homeostat.site import Site

from .conftest import Call

STEERED = Path(__file__).parent.parent / "execution" / "steered.yaml"
FAULT = "simulation:\n  faults: [{kind: parameter, of: growth_max, at: 1 min, size: 160 %}]\n"
SLOW = STEERED.read_text().replace("simulation:\n", FAULT)
"""The same process with a plant whose cells grow much faster than its twin is told."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five batches of one version of a process."""
    folder = tmp_path_factory.mktemp("learnt")
    (folder / "slow.yaml").write_text(SLOW)
    process, place = load(folder / "slow.yaml"), Site.create(folder / "site")
    for seed in range(5):
        assert run(place, process, Options(seed=seed), Silent()).state == "complete"
    return folder


def test_a_draft_is_proposed_with_what_it_rests_on(homeostat: Call, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "next.yaml"
    done = homeostat("control", "learn", site / "slow.yaml", "--site", site / "site", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "Nothing runs on it before a person has looked at it and approved it." in done.stdout
    before, after = load(site / "slow.yaml"), load(out)
    assert (after.version, after.approval.state) == ("1.1.0", "draft")
    assert after.twin.parameters["growth_max"].value > 0.065
    assert after.twin.donor == before.twin.donor
    evidence = json.loads((tmp_path / "next.yaml.evidence.json").read_text())
    assert sorted(evidence["batches"]) == ["B0001", "B0002", "B0003", "B0004", "B0005"]
    assert evidence["process_hash"] == before.content_hash
    assert evidence["evidence"][0]["taken"] is True


def test_too_few_batches_give_no_reason(homeostat: Call, site: Path, tmp_path: Path) -> None:
    out = tmp_path / "next.yaml"
    words = ("--batch", "B0001", "--batch", "B0002", "--json")
    done = homeostat("control", "learn", site / "slow.yaml", "--site", site / "site", "--out", out, *words)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["written"] is None
    assert told["evidence"][0]["reason"] == "fewer than 3 batches say anything of it"
    assert not out.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--batch", "B0009"), "batch B0009 is no complete batch of"),
        (("--out", "slow.yaml"), "a proposal never replaces a file"),
    ],
)
def test_what_cannot_be_done_is_said(
    homeostat: Call, site: Path, tmp_path: Path, words: tuple[str, str], told: str
) -> None:
    out = site / words[1] if words[0] == "--out" else tmp_path / "next.yaml"
    more = words if words[0] != "--out" else ()
    done = homeostat("control", "learn", site / "slow.yaml", "--site", site / "site", "--out", out, *more)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr
