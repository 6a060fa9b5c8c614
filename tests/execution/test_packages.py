"""Package files are opened and verified before a batch is started: each fault at its place in the process file."""

import json
from pathlib import Path
from typing import Any

import pytest

from homeostat.errors import MonitoringError
from homeostat.execution import Options, replay, run
from homeostat.execution.packages import package_faults
from homeostat.ledger import SiteKey
from homeostat.monitoring.package import Package, write
from homeostat.monitoring.package.signing import Signer
from homeostat.process import Process
from homeostat.process.issues import Fault
from homeostat.site import Site

from .conftest import Quiet
from .soft import package, sensing, written

PLACE = ("monitoring", "models", "left")


@pytest.fixture(scope="module")
def made() -> Package:
    return package()


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    SiteKey.create(tmp_path / "keys")
    return Signer.load(tmp_path / "keys" / "site.pem")


def faults(process: Process, folder: Path) -> list[Fault]:
    return list(package_faults(process, folder))


def trusting(process: Process, *keys: str) -> Process:
    declared = process.model_dump(mode="json")
    declared["monitoring"]["trusted"] = keys
    return Process.model_validate(declared)


def test_nothing_is_wrong_with_the_declared_package(mini: Process, made: Package, tmp_path: Path) -> None:
    assert faults(sensing(mini, made), written(made, tmp_path)) == []
    assert faults(mini, tmp_path) == []


@pytest.mark.parametrize(
    ("changes", "place", "what"),
    [
        ({"package": "right.json"}, (*PLACE, "package"), "there is no model package"),
        ({"sha256": "ab" * 32}, (*PLACE, "sha256"), "not the declared one"),
        ({"critical": True}, (*PLACE, "critical"), "not meant for a critical use"),
        ({"inputs": {"sugar": "glucose"}}, (*PLACE, "inputs"), "has no input 'sugar'"),
    ],
)
def test_what_does_not_fit_is_told_at_the_field_to_mend(
    changes: dict[str, Any], place: tuple[str, ...], what: str, mini: Process, made: Package, tmp_path: Path
) -> None:
    (fault,) = faults(sensing(mini, made, **changes), written(made, tmp_path))
    assert fault.path == place
    assert what in fault.what
    assert fault.mend


def test_a_file_that_was_changed_fails_its_hash(mini: Process, made: Package, tmp_path: Path) -> None:
    process = sensing(mini, made)
    file = written(made, tmp_path) / "left.json"
    document = json.loads(file.read_text("utf-8"))
    document["target"] = "another"
    file.write_text(json.dumps(document), "utf-8")
    (fault,) = faults(process, tmp_path)
    assert (fault.path, fault.what) == ((*PLACE, "package"), "the model was changed after it was frozen")


def test_every_model_is_looked_at(mini: Process, made: Package, tmp_path: Path) -> None:
    declared = sensing(mini, made).model_dump(mode="json")
    models = declared["monitoring"]["models"]
    models["second"] = models["left"] | {"package": "none.json"}
    models["third"] = models["left"] | {"sha256": "ab" * 32}
    found = faults(Process.model_validate(declared), written(made, tmp_path))
    assert [fault.path[2] for fault in found] == ["second", "third"]


def test_trusted_keys_are_asked_for_and_a_run_refuses_likewise(
    mini: Process, made: Package, signer: Signer, tmp_path: Path
) -> None:
    process = trusting(sensing(mini, made), signer.public)
    folder = written(made, tmp_path / "files")
    (fault,) = faults(process, folder)
    assert "is not signed, and only signed models are trusted here" in fault.what
    with pytest.raises(MonitoringError, match="is not signed"):
        run(Site(tmp_path / "site"), process, Options(seed=7, folder=folder), Quiet())
    write(signer.sign(made, "Dr. Faye"), folder / "left.json")
    assert faults(process, folder) == []
    (fault,) = faults(trusting(process, "ab" * 32), folder)
    assert "with a key that is not trusted here" in fault.what


def test_a_signed_model_runs_and_its_record_replays(
    mini: Process, made: Package, signer: Signer, tmp_path: Path
) -> None:
    folder = written(made, tmp_path / "files")
    write(signer.sign(made, "Dr. Faye"), folder / "left.json")
    site = Site.create(tmp_path / "site")
    run(site, trusting(sensing(mini, made), signer.public), Options(seed=7, folder=folder), Quiet())
    assert replay(site, "B0001", Quiet()).identical
