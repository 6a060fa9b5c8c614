"""`homeostat release report --value`: a result that came once the batch had ended, as typed."""

import json
from pathlib import Path

import pytest

from homeostat.execution import Options, run
from homeostat.process import load
from homeostat.site import Site

from ..execution.conftest import MINI, Quiet
from ..execution.soft import written
from ..execution.test_realtime import made, realtime
from .conftest import Call

SAID = ("--evidence", "LR-7", "--why", "it has come")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training site with a batch whose sample is with the laboratory."""
    folder = tmp_path_factory.mktemp("realtime")
    options = Options(seed=7, folder=written(made(), folder / "files"), batch="B0001", welcome=True)
    run(Site.create(folder / "site"), realtime(load(MINI), made()), options, Quiet())
    return folder / "site"


@pytest.mark.parametrize("found", [(), ("--positive", "--value", "92 %"), ("--value", "many")])
def test_one_thing_is_said_of_what_was_found(homeostat: Call, place: Path, found: tuple[str, ...]) -> None:
    refused = homeostat("release", "report", "B0001", "viability", *found, *SAID, "--site", place)
    assert refused.returncode == 2
    assert "Traceback" not in refused.stderr


def test_a_result_is_reported_and_judged(homeostat: Call, place: Path) -> None:
    at = ("--site", place)
    report = ("release", "report", "B0001", "viability", *SAID, *at)
    assert homeostat(*report, "--value", "92 %").returncode == 0
    outside = homeostat(*report, "--value", "3 %", "--sample", "S001", "--json")
    assert (outside.returncode, json.loads(outside.stdout)["state"]) == (1, "open")
    checked = json.loads(homeostat("release", "check", "B0001", "--json", *at).stdout)
    (result,) = checked["certificate"]["results"]
    assert (result["source"], result["value"], result["conformity"]) == ("assay", 3.0, "does not conform")
    assert homeostat("verify", *at).returncode == 0
