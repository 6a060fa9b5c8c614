"""Signed models on the command line: who signed is told, and only what is trusted is used."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.monitoring.learning import tables

from homeostat.ledger import SiteKey


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("keys")
    for name in ("ours", "theirs"):
        SiteKey.create(place / name)
    return place


@pytest.fixture(scope="module")
def signed(homeostat: Call, keys: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A signed model, and its table beside it."""
    folder = tmp_path_factory.mktemp("signed")
    data = tables.written(folder / "train.csv", tables.linear(40))
    words = (
        "watch",
        "train",
        data,
        "--target",
        "y",
        "--group",
        "donor",
        "--out",
        folder / "m.json",
        "--quick",
    )
    done = homeostat(*words, "--sign", keys / "ours" / "site.pem", "--by", "Dr. Faye")
    assert done.returncode == 0, done.stderr
    assert "Signed by Dr. Faye, public key " in done.stdout
    return folder / "m.json"


def score(homeostat: Call, model: Path, *trusted: Path | str) -> tuple[int, str]:
    options = [word for key in trusted for word in ("--trusted", key)]
    done = homeostat("watch", "score", model, model.parent / "train.csv", *options)
    return done.returncode, done.stderr


@pytest.mark.drill
def test_a_trusted_model_is_used(homeostat: Call, signed: Path, keys: Path) -> None:
    public = json.loads(signed.read_text("utf-8"))["signature"]["key"]
    assert score(homeostat, signed) == (0, "")
    assert score(homeostat, signed, keys / "ours" / "site.pub.pem") == (0, "")
    assert score(homeostat, signed, "ab" * 32, public) == (0, "")


def test_a_model_of_others_is_refused(homeostat: Call, signed: Path, keys: Path) -> None:
    code, told = score(homeostat, signed, keys / "theirs" / "site.pub.pem")
    assert code == 2
    assert "was signed by 'Dr. Faye' with a key that is not trusted here" in told
    assert "mend:" in told


def test_a_forged_signature_is_refused_even_where_nobody_is_trusted(
    homeostat: Call, signed: Path, tmp_path: Path
) -> None:
    package = json.loads(signed.read_text("utf-8"))
    package["signature"]["by"] = "Dr. Faye"
    package["signature"]["value"] = "00" * 64
    forged = tmp_path / "m.json"
    forged.write_text(json.dumps(package), "utf-8")
    (tmp_path / "train.csv").write_bytes((signed.parent / "train.csv").read_bytes())
    code, told = score(homeostat, forged)
    assert code == 2
    assert "the signature of 'Dr. Faye' does not hold" in told
    for command in ("explain", "report"):
        done = homeostat("watch", command, forged)
        assert (done.returncode, "does not hold" in done.stderr) == (2, True)


def test_a_key_without_a_name_and_a_name_without_a_key(homeostat: Call, keys: Path, tmp_path: Path) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear(40))
    words = ("watch", "train", data, "--target", "y", "--out", tmp_path / "m.json", "--quick")
    for options, what in (
        (("--sign", keys / "ours" / "site.pem"), "who signs"),
        (("--by", "Dr. Faye"), "nothing is signed without a key"),
        (("--sign", keys / "none.pem", "--by", "Dr. Faye"), "the key cannot be read"),
    ):
        done = homeostat(*words, *options)
        assert done.returncode == 2
        assert what in done.stderr
    assert not (tmp_path / "m.json").exists()  # refused before anything was computed
