"""Whatever a user types or a site holds: words on standard error, exit code 2, and never a traceback."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Call = Callable[..., subprocess.CompletedProcess[str]]

ON_BATCH = ("resume", "replay", "record")
READING = ("verify", "batches")


def refused(ended: subprocess.CompletedProcess[str], *words: str) -> None:
    """The command refused: exit code 2, few lines that hold `words`, nothing on standard output."""
    assert ended.returncode == 2, ended
    assert ended.stdout == ""
    assert "Traceback" not in ended.stderr
    assert len(ended.stderr.splitlines()) <= 8
    for word in words:
        assert word in ended.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site that has made nothing yet."""
    from homeostat.site import Site

    return Site.create(tmp_path / "site").root


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["run", "--nothing"],
        ["run", "car-t", "yeast-fed-batch"],
        ["process"],
        ["process", "nothing"],
        ["process", "show"],
        ["bench", "nothing"],
        ["resume"],
        ["replay"],
        ["record"],
        ["record", "B0001", "--format", "pdf"],
    ],
    ids=" ".join,
)
def test_usage(homeostat: Call, arguments: list[str]) -> None:
    ended = homeostat(*arguments)
    assert ended.returncode == 2
    assert "Usage: homeostat" in ended.stderr + ended.stdout
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(
    ("option", "value", "word"),
    [
        ("--batch", "../B1", "not a batch id"),
        ("--batch", "", "not a batch id"),
        ("--patient", "", "patient code"),
        ("--patient", "x" * 65, "patient code"),
        ("--patient", "a\tb", "patient code"),
        ("--equipment", "plc", "no equipment"),
        ("--equipment", "recorded:", "no equipment"),
        ("--seed", "-1", "--seed"),
        ("--seed", "1.5", "--seed"),
        ("--seed", "99999999999999999999", "--seed"),
        ("--speed", "0", "no speed"),
        ("--speed", "nan", "no speed"),
        ("--speed", "quick", "no speed"),
    ],
)
def test_bad_option_values(homeostat: Call, tmp_path: Path, option: str, value: str, word: str) -> None:
    ended = homeostat("run", "--site", tmp_path / "site", option, value)
    assert ended.returncode == 2
    assert word in ended.stderr
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--reconcile", "perhaps", ("'applied', 'send again', 'leave out'",)),
        ("--reconcile", "", ("'applied', 'send again', 'leave out'",)),
        ("--reason", " ", ("a reason has",)),
        ("--equipment", "plc", ("no equipment",)),
        ("--speed", "0", ("no speed",)),
    ],
)
def test_bad_option_values_of_resume(
    homeostat: Call, site: Path, option: str, value: str, words: tuple[str, ...]
) -> None:
    refused(homeostat("resume", "B0001", "--site", site, option, value), "Usage: ", *words)


def test_input_that_only_the_equipment_can_judge_leaves_no_site(homeostat: Call, tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("no,log,of,this,process\n1,2,3,4,5\n", "utf-8")
    refused(
        homeostat("run", "yeast-fed-batch", "--site", tmp_path / "site", "--equipment", f"recorded:{log}"),
        "log.csv",
    )
    assert not (tmp_path / "site").exists()


def test_heads_that_are_no_file(homeostat: Call, site: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "none.jsonl", tmp_path):
        refused(homeostat("verify", "--site", site, "--heads", path), "--heads", path.name)


def test_an_unknown_process(homeostat: Call, tmp_path: Path) -> None:
    refused(homeostat("run", "car-tt", "--site", tmp_path / "site"), "car-tt")
    refused(homeostat("process", "show", "car-tt"), "car-tt")
    refused(homeostat("process", "check", "car-tt"), "car-tt")
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("command", [["run"], ["process", "show"], ["process", "check"]], ids=" ".join)
def test_a_directory_or_no_file_for_a_process(homeostat: Call, tmp_path: Path, command: list[str]) -> None:
    refused(homeostat(*command, tmp_path), str(tmp_path))
    refused(homeostat(*command, tmp_path / "none.yaml"), "none.yaml")


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe\x00", b"\x00", b"- a\n- b\n", b"a: [1\n", b"7", b"a: &a *a\n"]
)
def test_files_that_are_no_process(homeostat: Call, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "p.yaml"
    path.write_bytes(content)
    for command in (["run"], ["process", "show"]):
        ended = homeostat(*command, path)
        assert ended.returncode == 2
        assert "p.yaml" in ended.stderr
        assert "Traceback" not in ended.stderr
    checked = homeostat("process", "check", path)
    assert checked.returncode == 1
    assert "p.yaml:" in checked.stdout
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("command", [*[[name] for name in READING], *[[name, "B0001"] for name in ON_BATCH]])
def test_no_site(homeostat: Call, tmp_path: Path, command: list[str]) -> None:
    refused(homeostat(*command, "--site", tmp_path / "none"), "no site", "none", "--site")


@pytest.mark.parametrize("command", [*[[name] for name in READING], *[[name, "B0001"] for name in ON_BATCH]])
@pytest.mark.parametrize("config", ["", "[", "[]", '{"format": 99}'])
def test_an_unreadable_site(homeostat: Call, site: Path, command: list[str], config: str) -> None:
    (site / "site.json").write_text(config, "utf-8")
    refused(homeostat(*command, "--site", site), "configuration")


@pytest.mark.parametrize("command", [["batches"], *[[name, "B0001"] for name in ON_BATCH]])
def test_a_site_without_batches(homeostat: Call, site: Path, command: list[str]) -> None:
    ended = homeostat(*command, "--site", site)
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    assert ended.stderr.startswith("error: ")


@pytest.mark.parametrize("command", [["batches"], *[[name, "B0001"] for name in ON_BATCH]])
def test_stores_that_are_no_databases(homeostat: Call, site: Path, command: list[str]) -> None:
    (site / "ledger.db").write_bytes(b"no database" * 1000)
    (site / "historian.db").write_bytes(b"no database" * 1000)
    ended = homeostat(*command, "--site", site)
    assert ended.returncode == 2, ended
    assert "ledger.db" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_site_that_is_a_file(homeostat: Call, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("x", "utf-8")
    refused(homeostat("verify", "--site", path), "no site")


@pytest.mark.parametrize("command", ON_BATCH)
def test_a_batch_id_that_is_a_path(homeostat: Call, site: Path, command: str) -> None:
    refused(homeostat(command, "../../etc/passwd", "--site", site))
    assert not any((site / "records").iterdir())


def test_a_key_that_is_gone_is_found(homeostat: Call, site: Path) -> None:
    shutil.rmtree(site / "keys")
    ended = homeostat("verify", "--site", site)
    assert ended.returncode in {1, 2}
    assert "Traceback" not in ended.stderr
