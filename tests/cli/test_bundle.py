"""`record --pdf` and `bundle`: files that leave the site, sealed and signed, and what is printed about them."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from homeostat.quality.documents.sealing import check_seal
from homeostat.site import Site

from ..quality.sealed_scene import told_site
from .conftest import Call, call

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training site with a batch."""
    return told_site(tmp_path_factory.mktemp("bundle") / "site").root


def test_a_record_is_written_as_a_sealed_document(homeostat: Call, site: Path, tmp_path: Path) -> None:
    path = tmp_path / "record.pdf"
    done = homeostat("record", "B0001", "--site", site, "--pdf", path, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert check_seal(path.read_bytes(), told["certificate"]).sound
    again = homeostat("record", "B0001", "--site", site, "--pdf", tmp_path / "again.pdf")
    assert told["certificate"] in again.stdout
    assert (tmp_path / "again.pdf").read_bytes() == path.read_bytes()


def test_a_gmp_site_hands_nothing_to_nobody(homeostat: Call, tmp_path: Path) -> None:
    place, out = told_site(tmp_path / "gmp", "gmp").root, tmp_path / "x"
    for command in (("record", "--pdf"), ("bundle", "--out"), ("release certificate", "--pdf")):
        done = homeostat(*command[0].split(), "B0001", "--site", place, command[1], out)
        assert (done.returncode, out.exists()) == (2, False)
        assert "it has to be known who acts" in done.stderr


def test_who_took_a_file_is_on_record(homeostat: Call, site: Path, tmp_path: Path) -> None:
    told = json.loads(
        homeostat(
            "record", "B0001", "--site", site, "--pdf", tmp_path / "a.pdf", "--as", "demo-qp", "--json"
        ).stdout
    )
    with Site.open(site).reading() as (ledger, _):
        *_, act = ledger.events(types=("document.issued",))
    assert (act.event.actor, act.event.data["sha256"]) == ("demo-qp", told["sha256"])


def test_a_file_that_nobody_can_get_is_not_on_record(homeostat: Call, site: Path, tmp_path: Path) -> None:
    def issued() -> int:
        with Site.open(site).reading() as (ledger, _):
            return sum(1 for _ in ledger.events(types=("document.issued",)))

    before = issued()
    for command in (("bundle", "--out"), ("record", "--pdf"), ("release certificate", "--pdf")):
        for place in (tmp_path / "none" / "x", tmp_path):
            done = homeostat(*command[0].split(), "B0001", "--site", site, command[1], place)
            assert done.returncode == 2
    assert issued() == before


def test_a_deviation_is_written_as_a_sealed_document(homeostat: Call, site: Path, tmp_path: Path) -> None:
    given = ("--finding", "38.4 °C for 22 minutes", "--why", "the alarm was seen", "--site", site)
    opened = homeostat("deviation", "open", "Too warm", *given, "--batch", "B0001", "--json")
    name = json.loads(opened.stdout)["id"]
    paths = (tmp_path / "a.pdf", tmp_path / "b.pdf")
    for path in paths:
        done = homeostat("deviation", "show", name, "--pdf", path, "--site", site)
        assert done.returncode == 0, done.stderr
    assert check_seal(paths[0].read_bytes()).sound
    assert paths[0].read_bytes() == paths[1].read_bytes()


def test_a_record_of_no_batch_is_refused(homeostat: Call, site: Path, tmp_path: Path) -> None:
    done = homeostat("record", "B0009", "--site", site, "--pdf", tmp_path / "no.pdf")
    assert (done.returncode, (tmp_path / "no.pdf").exists()) == (2, False)
    assert "there is no batch 'B0009'" in done.stderr


def checked(script: str, *words: str | Path) -> tuple[int, str]:
    """What a script of the documentation ends with and says, by a process that can import nothing of the project."""
    command = [sys.executable, "-I", DOCS / script, *words]
    seen = subprocess.run(command, capture_output=True, text=True, check=False)
    return seen.returncode, seen.stdout


def test_a_bundle_is_written_and_verified_by_the_scripts(site: Path, tmp_path: Path) -> None:
    path = tmp_path / "b.zip"
    done = call("bundle", "B0001", "--site", site, "--out", path, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["events"] == 6, "the batch, and that its document was issued"
    assert {"events.jsonl", "proofs.json", "record.pdf"} <= set(told["members"])
    code, said = checked("verify_bundle.py", path, "--key", told["key"])
    assert (code, said.startswith("The bundle is whole and the site's.")) == (0, True)
    code, said = checked("verify_persons.py", path, "--training")
    assert (code, said.startswith("Every key is its owner's")) == (0, True)
    code, said = checked("verify_persons.py", path)
    assert (code, "a training site's" in said) == (1, True)


def test_a_bundle_for_who_holds_older_heads(site: Path, tmp_path: Path) -> None:
    held = tmp_path / "held.jsonl"
    held.write_bytes((site / "heads" / "heads.jsonl").read_bytes().splitlines(True)[0])
    done = call("bundle", "B0001", "--site", site, "--out", tmp_path / "b.zip", "--heads", held)
    assert "python verify_bundle.py b.zip --key" in done.stdout
    assert done.stdout.rstrip().endswith("python verify_persons.py b.zip --training")
    command = ("verify_bundle.py", tmp_path / "b.zip", "--heads", held)
    assert checked(*command)[1].startswith("The bundle is whole: compare the key")
    forged = json.loads(held.read_text("utf-8")) | {"root": "0" * 64}
    held.write_text(json.dumps(forged) + "\n", "utf-8")
    code, said = checked(*command)
    assert (code, "changed, or another site's" in said) == (1, True)


def test_a_file_without_a_head_is_nothing_that_one_holds(site: Path, tmp_path: Path) -> None:
    (held := tmp_path / "held.jsonl").write_bytes(b"")
    done = call("bundle", "B0001", "--site", site, "--out", tmp_path / "b.zip", "--heads", held)
    assert (done.returncode, "there is no signed head in this file" in done.stderr) == (2, True)


def test_help_and_run_stay_quick() -> None:
    """Neither typesetting nor sealing is loaded before it is asked for."""
    rooms = "homeostat.cli.app, homeostat.cli.bundle, homeostat.cli.backup, homeostat.quality"
    script = f"import sys, {rooms}; print(sorted(sys.modules))"
    seen = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not [name for name in ("'typst'", "'pyhanko'", "'pyarrow'") if name in seen.stdout]
