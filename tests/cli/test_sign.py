"""`homeostat sign`: what is shown, signed, listed, and what becomes of a signature when its record changes."""

import json
from pathlib import Path

import pytest

from .conftest import Call

MINI = Path(__file__).parents[1] / "execution" / "mini.yaml"


@pytest.fixture(scope="module")
def site(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training site with a batch that waits for somebody to resume it."""
    place = tmp_path_factory.mktemp("signed") / "site"
    homeostat("run", MINI, "--site", place, "--until", "inoculate")
    return place


def test_p11_50_a_record_is_signed_and_every_form_shows_name_time_and_meaning(
    homeostat: Call, site: Path
) -> None:
    words = ("sign", "record", "B0001", "--meaning", "reviewed", "--why", "read it", "--site", site)
    done = homeostat(*words, "--json")
    assert done.returncode == 0, done.stderr
    signed = json.loads(done.stdout)
    assert (signed["account"], signed["meaning"]) == ("demo-qa", "reviewed")
    assert f"SHA-256 {signed['sha256']}" in done.stderr
    assert "training: demo-qa acts" in done.stderr
    record = json.loads(homeostat("record", "B0001", "--site", site, "--json").stdout)
    page = homeostat("record", "B0001", "--site", site, "--out", "-").stdout
    listed = homeostat("sign", "list", "--site", site).stdout
    (line,) = record["signatures"]
    assert (line["name"], line["meaning"], line["at"], line["state"]) == (
        "Demonstration quality assurance",
        "reviewed",
        signed["at"],
        "valid",
    )
    for text in (page, listed):
        assert "Demonstration quality assurance" in text
        assert "reviewed" in text
        assert signed["at"][:10] in text


def test_p11_70_the_signature_falls_when_the_batch_goes_on(homeostat: Call, site: Path) -> None:
    homeostat("resume", "B0001", "--site", site)
    (one,) = json.loads(homeostat("sign", "list", "--site", site, "--json").stdout)
    assert (one["state"], one["words"]) == ("superseded", "what was signed has changed since")
    page = homeostat("record", "B0001", "--site", site, "--out", "-").stdout
    assert "SUPERSEDED: what was signed has changed since" in page


def test_every_form_of_a_training_record_says_so(homeostat: Call, site: Path) -> None:
    notice = "TRAINING - not for use in patients"
    record = json.loads(homeostat("record", "B0001", "--site", site, "--json").stdout)
    assert (record["header"]["notice"], record["header"]["site_kind"]) == (notice, "training")
    assert notice in homeostat("record", "B0001", "--site", site, "--out", "-").stdout


def test_a_wrong_password_signs_nothing(
    homeostat: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "site"
    homeostat("site", "create", place, "--gmp")
    monkeypatch.setenv("HOMEOSTAT_PASSWORD", "wrong")
    refused = homeostat(
        "sign",
        "definition",
        "rules/a/1.0.0",
        "--meaning",
        "approved",
        "--why",
        "x",
        "--as",
        "nobody",
        "--site",
        place,
    )
    assert refused.returncode == 2
    assert homeostat("sign", "list", "--site", place).stdout == "Nothing has been signed.\n"


@pytest.mark.parametrize(
    "words",
    [
        ("sign", "record", "B0001", "--meaning", "released", "--why", "x"),
        ("sign", "record", "B0001", "--meaning", "reviewed", "--why", " "),
        ("sign", "record", "B0099", "--meaning", "reviewed", "--why", "x"),
        ("sign", "definition", "nothing", "--meaning", "approved", "--why", "x"),
        ("sign", "change", "DEV-0001", "--batch", "B0001", "--loop", "oxygen_control", "--why", "x"),
        ("sign", "change", "DEV-9999", "--batch", "B0001", "--loop", "x", "--set-point", "1", "--why", "x"),
    ],
)
def test_what_cannot_be_signed_is_refused_in_words(
    homeostat: Call, site: Path, words: tuple[str, ...]
) -> None:
    refused = homeostat(*words, "--site", site)
    assert refused.returncode == 2
    assert refused.stderr
