"""`backup`, `restore` and `patient`: what a person types, what is printed, and what is refused."""

import json
from pathlib import Path

import pytest

from ..quality.sealed_scene import told_site
from .conftest import call


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A training site with a batch."""
    return told_site(tmp_path / "site").root


def test_a_sealed_backup_goes_and_comes_back(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    phrase = tmp_path / "phrase"
    phrase.write_text("correct horse battery\n", "utf-8")
    done = call("backup", tmp_path / "a.zip", "--site", site, "--passphrase-file", phrase, "--json")
    assert done.returncode == 0, done.stderr
    assert "training: demo-admin acts" in done.stderr
    told = json.loads(done.stdout)
    assert (told["keys"], told["by"]) == ("sealed", "demo-admin")
    monkeypatch.setenv("HOMEOSTAT_BACKUP_PASSPHRASE", "correct horse battery")
    back = call("restore", tmp_path / "a.zip", tmp_path / "back", "--key", told["key"], "--json")
    assert back.returncode == 0, back.stderr
    assert json.loads(back.stdout)["root"] == told["root"]
    assert json.loads(back.stdout)["writable"] is True
    assert json.loads(back.stdout)["compared"] is False


def test_without_a_passphrase_keys_stay_and_that_is_said(site: Path, tmp_path: Path) -> None:
    done = call("backup", tmp_path / "a.zip", "--site", site)
    assert "private keys left out" in done.stdout
    assert "Keep a copy of the site's keys directory" in done.stdout
    back = call("restore", tmp_path / "a.zip", tmp_path / "back")
    assert back.returncode == 0
    assert "the private keys are not here" in back.stderr
    assert back.stdout.splitlines()[-1].startswith("Not compared with heads kept elsewhere (--heads)")


def test_who_may_not_bring_a_site_back_leaves_nothing_of_it(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOMEOSTAT_BACKUP_PASSPHRASE", "correct horse battery")
    call("backup", tmp_path / "a.zip", "--site", site)
    refused = call("restore", tmp_path / "a.zip", tmp_path / "back", "--as", "demo-operator")
    assert refused.returncode == 2
    assert "'site.keep'" in refused.stderr
    assert [one.name for one in tmp_path.iterdir() if "back" in one.name] == []


def test_an_old_backup_over_newer_heads_is_refused_in_words(site: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "a.zip", "--site", site)
    heads = site / "heads" / "heads.jsonl"
    done = call("restore", tmp_path / "a.zip", tmp_path / "back", "--heads", heads)
    assert done.returncode == 2
    assert "the backup is older than a head that is known" in done.stderr
    again = call("restore", tmp_path / "a.zip", tmp_path / "back", "--heads", heads, "--accept-loss")
    assert again.returncode == 0
    assert "Lost: the backup is older" in again.stdout
    assert "Not compared" not in again.stdout


@pytest.mark.parametrize("held", [b"", b'{"size": 1'])
def test_a_file_without_a_head_is_no_comparison(site: Path, tmp_path: Path, held: bytes) -> None:
    call("backup", tmp_path / "a.zip", "--site", site)
    (tmp_path / "heads").write_bytes(held)
    done = call("restore", tmp_path / "a.zip", tmp_path / "back", "--heads", tmp_path / "heads")
    assert (done.returncode, "there is no signed head in this file" in done.stderr) == (2, True)
    assert [one.name for one in tmp_path.iterdir() if "back" in one.name] == []


def test_a_second_backup_of_the_same_name_is_refused(site: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "a.zip", "--site", site)
    done = call("backup", tmp_path / "a.zip", "--site", site)
    assert (done.returncode, "a file of this name already" in done.stderr) == (2, True)


def test_a_patient_is_named_shown_and_erased(site: Path, tmp_path: Path) -> None:
    source = tmp_path / "patient"
    source.write_text("name: Jo Doe-Smith\nborn: 1980-02-29\n", "utf-8")
    given = ("P-0815", "--site", site, "--why", "ordered")
    assert call("patient", "add", *given, "--from", source).stdout == "Kept: P-0815\n"
    shown = json.loads(call("patient", "show", *given, "--json").stdout)
    assert shown == {"code": "P-0815", "identity": {"born": "1980-02-29", "name": "Jo Doe-Smith"}}
    assert "Jo Doe-Smith" in call("patient", "show", *given).stdout
    assert json.loads(call("patient", "erase", *given, "--json").stdout) == {"code": "P-0815", "erased": True}
    done = call("patient", "show", *given)
    assert (done.returncode, "nobody is kept under this code" in done.stderr) == (2, True)


def test_a_restored_site_tells_that_who_was_erased_since_is_back(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "patient"
    source.write_text("name: Jo Doe-Smith\n", "utf-8")
    call("patient", "add", "P-0815", "--site", site, "--why", "ordered", "--from", source)
    monkeypatch.setenv("HOMEOSTAT_BACKUP_PASSPHRASE", "correct horse battery")
    call("backup", tmp_path / "a.zip", "--site", site)
    done = call("restore", tmp_path / "a.zip", tmp_path / "back")
    assert done.returncode == 0, done.stderr
    assert "Patients kept here: 1." in done.stdout
    assert f"homeostat patient erase CODE --site {tmp_path / 'back'}" in done.stdout
    told = json.loads(call("restore", tmp_path / "a.zip", tmp_path / "again", "--json").stdout)
    assert told["patients"] == ["P-0815"]


@pytest.mark.parametrize("text", ["no colon", "name:", ": Jo"])
def test_a_file_without_fields_is_refused(site: Path, tmp_path: Path, text: str) -> None:
    source = tmp_path / "patient"
    source.write_text(text, "utf-8")
    done = call("patient", "add", "P-1", "--site", site, "--why", "x", "--from", source)
    assert (done.returncode, "each line is a field" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("phrase", "said"),
    [
        ("wrong horse battery", "mend: give the passphrase that it was sealed with"),
        ("", "--passphrase-file, or HOMEOSTAT_BACKUP_PASSPHRASE"),
    ],
)
def test_a_wrong_passphrase_restores_nothing(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phrase: str, said: str
) -> None:
    monkeypatch.setenv("HOMEOSTAT_BACKUP_PASSPHRASE", "correct horse battery")
    call("backup", tmp_path / "a.zip", "--site", site)
    monkeypatch.setenv("HOMEOSTAT_BACKUP_PASSPHRASE", phrase)
    before = sorted(tmp_path.iterdir())
    done = call("restore", tmp_path / "a.zip", tmp_path / "back")
    assert (done.returncode, sorted(tmp_path.iterdir())) == (2, before)
    assert said in done.stderr


@pytest.mark.parametrize("kept", [0, 100, 5000])
def test_a_backup_that_is_cut_off_restores_nothing(site: Path, tmp_path: Path, kept: int) -> None:
    call("backup", tmp_path / "a.zip", "--site", site)
    (tmp_path / "a.zip").write_bytes((tmp_path / "a.zip").read_bytes()[:kept])
    before = sorted(tmp_path.iterdir())
    done = call("restore", tmp_path / "a.zip", tmp_path / "back")
    assert (done.returncode, sorted(tmp_path.iterdir())) == (2, before)
    assert "damaged, cut off, or no backup" in done.stderr


def test_a_place_that_is_not_empty_is_left_as_it_is(site: Path, tmp_path: Path) -> None:
    call("backup", tmp_path / "a.zip", "--site", site)
    done = call("restore", tmp_path / "a.zip", site)
    assert (done.returncode, "the place is not free" in done.stderr) == (2, True)
