"""Whatever a table, a model or an option holds: clear words and exit code 2, or a documented verdict; no traceback."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import Call, Completed
from tests.monitoring.learning import long_tables, tables

from homeostat.monitoring.package.hashed import content_digest

Body = dict[str, list[Any]] | bytes
ROWS, BATCHES = 40, 12


def refused(done: Completed, *words: str) -> None:
    """Exit code 2, nothing on standard output, an error with its mend that holds `words`."""
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "fault of the program" not in done.stderr
    assert len(done.stderr.splitlines()) <= 8
    for word in words:
        assert word in done.stderr


def written(path: Path, body: Body) -> Path:
    if isinstance(body, bytes):
        path.write_bytes(body)
        return path
    return tables.written(path, body)


def linear(**changes: Any) -> dict[str, list[Any]]:
    return {**tables.linear(ROWS), **changes}


def long(**changes: Any) -> dict[str, list[Any]]:
    named = {"time": "time [h]", "sugar": "sugar [mmol/L]"}
    columns = {name: list(values) for name, values in long_tables.columns(BATCHES).items()}
    return columns | {named.get(name, name): values for name, values in changes.items()}


SAMPLES = len(long()["run"])
NUMBERED = b"".join(b"%d,%d,%d\n" % (i * 3 % 7, i * i % 11, i) for i in range(20))

TABLES: dict[str, tuple[Body, str]] = {
    "empty": (b"", "the table is empty"),
    "headings only": (b"a,b,y\n", "no rows"),
    "one row": (b"a,b,y\n1,2,3\n", "only 1 rows"),
    "no text": (bytes(range(256)), "this is no text"),
    "target of words": (linear(y=[f"t{n}" for n in range(ROWS)]), "is no number"),
    "target of one value": (linear(y=[1.0] * ROWS), "one value in all rows"),
    "target without values": (linear(y=[None] * ROWS), "only 0 rows"),
    "target infinite": (linear(y=["inf"] * ROWS), "only 0 rows"),
    "target twice": (b"a,y,y\n" + NUMBERED, "stands more than once"),
    "input twice": (b"a,a,y\n" + NUMBERED, "stands more than once"),
    "input of 400 digits": (linear(a=["9" * 400, *range(1, ROWS)]), "is too large"),
    "no input varies": (linear(**{name: [1.0] * ROWS for name in ("donor", *"abcde")}), "no column is left"),
    "no input has values": (
        linear(**{name: [None] * ROWS for name in ("donor", *"abcde")}),
        "no column is left",
    ),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_teaches_nothing_is_refused(homeostat: Call, tmp_path: Path, name: str) -> None:
    body, words = TABLES[name]
    data = written(tmp_path / "t.csv", body)
    out = tmp_path / "m.json"
    refused(homeostat("watch", "train", data, "--target", "y", "--quick", "--out", out), words, "t.csv")
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--group", "y"), "cannot tell the groups"),
        (("--group", "one"), "only 2 groups"),
        (("--accept", "rmsep<=nan"), "no limit"),
        (("--accept", "<=3"), "no limit"),
        (("--question", "x" * 600), "600 characters"),
        (("--lags", "3"), "no use for it"),
        (("--phases", "donor", "--every", "1 h"), "--phases, --every"),
        (("--rule", ">= nan"), "not a rule"),
        (("--possible", "0..nan"), "no range"),
        (("--possible", ""), "no range"),
        (("--columns", "("), "no pattern"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    homeostat: Call, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    columns = linear(one=["d1"] + ["d2"] * (ROWS - 1))
    data = written(tmp_path / "t.csv", columns)
    made = ("--target", "y", "--quick", "--out", tmp_path / "m.json")
    refused(homeostat("watch", "train", data, *made, *options), words, "mend")


@pytest.mark.drill
def test_groups_of_one_member_each_are_held_out_one_by_one(homeostat: Call, tmp_path: Path) -> None:
    data = written(tmp_path / "t.csv", linear(donor=[f"d{n}" for n in range(ROWS)]))
    made = ("--target", "y", "--group", "donor", "--quick", "--out", tmp_path / "m.json", "--json")
    found = json.loads(homeostat("watch", "train", data, *made).stdout)
    assert found["groups"] == ROWS


def flattened(spectra: int) -> dict[str, list[Any]]:
    """Spectra of which the first ones are flat."""
    return {
        name: [1.0] * spectra + values[spectra:] if name.isdigit() else values
        for name, values in tables.spectra().items()
    }


@pytest.mark.parametrize(("spectra", "words"), [(1, "the spectrum is flat"), (36, "all rows are alike")])
def test_flat_spectra_teach_nothing(homeostat: Call, tmp_path: Path, spectra: int, words: str) -> None:
    data = written(tmp_path / "t.csv", flattened(spectra))
    made = ("--target", "glucose", "--without", "reactor", "--quick", "--out", tmp_path / "m.json")
    refused(homeostat("watch", "train", data, *made), words, "t.csv")


@pytest.fixture(scope="module")
def model(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked")
    out = folder / "m.json"
    data = written(folder / "t.csv", linear())
    made = ("--target", "y", "--group", "donor", "--quick", "--out", out)
    assert homeostat("watch", "train", data, *made).returncode == 0
    return out


@pytest.fixture(scope="module")
def watcher(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked watcher")
    out = folder / "w.json"
    data = written(folder / "t.csv", long())
    done = homeostat("watch", "train", data, "--batches", "run", "--components", "2", "--out", out)
    assert done.returncode == 0, done.stderr
    return out


ASKED: dict[str, tuple[Body, str]] = {
    "empty": (b"", "the table is empty"),
    "headings only": (b"donor,a,b,c,d,e\n", "no rows"),
    "a column less": ({k: v for k, v in linear().items() if k != "b"}, "not in the table: 'b'"),
    "a column without values": (linear(b=[None] * ROWS), "n.csv, column 'b'"),
    "a column twice": (b"a,b,b,c,d,e\n1,1,2,1,1,1\n2,1,2,1,1,1\n", "stands more than once"),
    "the truth twice": (b"a,b,c,d,e,y,y\n1,1,1,1,1,1,1\n2,1,1,1,1,1,1\n", "stands more than once"),
    "words": (linear(b=["x"] * ROWS), "is no number"),
    "too large": (linear(b=["1e200", *range(1, ROWS)]), "is too large"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_table_that_cannot_be_scored_is_refused(
    homeostat: Call, model: Path, tmp_path: Path, name: str
) -> None:
    body, words = ASKED[name]
    refused(homeostat("watch", "score", model, written(tmp_path / "n.csv", body)), words)


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "", "1e149", "-1e149"])
def test_a_cell_without_a_usable_number_leaves_its_row_a_verdict(
    homeostat: Call, model: Path, tmp_path: Path, cell: str
) -> None:
    data = written(tmp_path / "n.csv", linear(b=[cell, *tables.linear(ROWS)["b"][1:]]))
    done = homeostat("watch", "score", model, data, "--json")
    first, *others = json.loads(done.stdout)["rows"]
    assert first["verdict"] in {"ok", "undecided"}
    assert first["verdict"] == "undecided" or "e149" not in cell
    assert all(row["value"] is not None for row in others)


def _truncated(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _other_hash(body: bytes) -> bytes:
    return body.replace(json.loads(body)["content_hash"].encode(), b"0" * 64)


def _other_name(body: bytes) -> bytes:
    return body.replace(b'"version":"1"', b'"version":"2"')


def _nothing(body: bytes) -> bytes:
    return b""


def _no_object(body: bytes) -> bytes:
    return b"[]"


def _deep(body: bytes) -> bytes:
    return b"[" * 100_000


CHANGES: dict[Callable[[bytes], bytes], str] = {
    _truncated: "this is not a model",
    _other_hash: "changed after it was frozen",
    _other_name: "changed after it was frozen",
    _nothing: "the file is empty",
    _no_object: "no JSON object",
    _deep: "this is not a model",
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["model", "watcher"])
@pytest.mark.parametrize("command", ["score", "explain", "report"])
def test_a_model_that_was_changed_is_refused(
    homeostat: Call,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    kind: str,
    command: str,
) -> None:
    whole: Path = request.getfixturevalue(kind)
    broken = written(tmp_path / "broken.json", change(whole.read_bytes()))
    data = (written(tmp_path / "n.csv", linear()),) if command == "score" else ()
    refused(homeostat("watch", command, broken, *data), CHANGES[change], "broken.json")


def test_a_forged_watcher_that_names_no_columns_judges_nothing(
    homeostat: Call, watcher: Path, tmp_path: Path
) -> None:
    document = json.loads(watcher.read_bytes())
    document["training"]["columns"] = ["run"]
    document["content_hash"] = content_digest(document)
    forged = written(tmp_path / "f.json", json.dumps(document).encode())
    data = written(tmp_path / "n.csv", long())
    for command in ("score", "explain"):
        refused(homeostat("watch", command, forged, data), "does not say which columns")


GOOD: dict[str, tuple[Body, tuple[str, ...], str]] = {
    "empty": (b"", (), "the table is empty"),
    "one row": (b"run,time [h],a\nR1,0,1\n", (), "no column of numbers that vary"),
    "no tag varies": (
        long(acid=[1.0] * SAMPLES, cells=[1.0] * SAMPLES, sugar=[2.0] * SAMPLES),
        (),
        "no column of numbers that vary",
    ),
    "a tag hardly measured": (long(acid=[1.0, 2.0] + [None] * (SAMPLES - 2)), (), "tag 'acid'"),
    "a tag that one batch lacks": (
        long(acid=[None] * 24 + long()["acid"][24:]),
        (),
        "batch 1 of 12",
    ),
    "the same for dynamics": (long(acid=[1.0, 2.0] + [None] * (SAMPLES - 2)), ("--lags", "2"), "tag 'acid'"),
    "numbers that overflow": (
        long(acid=["1e149", *long()["acid"][1:]]),
        (),
        "cannot be compared",
    ),
    "a tag twice": (b"run,time [h],a,a\n" + b"R1,0,1,2\nR1,1,2,3\n", (), "stands more than once"),
    "the batch twice": (b"run,run,time [h],a\n" + b"R1,R1,0,2\nR1,R1,1,3\n", (), "stands more than once"),
    "no time": (long(time=[None] * SAMPLES), (), "no time"),
    "times of another unit": (
        long(time=[t * 1e9 for t in long()["time [h]"]]),
        ("--every", "1 h"),
        "1,000,000",
    ),
    "batches of one member": (long(run=[f"r{n}" for n in range(SAMPLES)]), (), "two samples at different"),
    "short phases": (long(), ("--phases", "phase"), "12 batches of 8 sample(s) are too few"),
    "a test set": (long(), ("--accept", "rmsep<=3", "--group", "run"), "--group, --accept"),
    "a rule": (long(), ("--rule", ">= 3"), "it goes with --target only"),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_batches_that_teach_nothing_are_refused(homeostat: Call, tmp_path: Path, name: str) -> None:
    body, options, words = GOOD[name]
    data, out = written(tmp_path / "t.csv", body), tmp_path / "w.json"
    size = () if "--lags" in options else ("--components", "2")
    refused(homeostat("watch", "train", data, "--batches", "run", *size, *options, "--out", out), words)
    assert not out.exists()


FOLLOWED: dict[str, tuple[Body, str]] = {
    "empty": (b"", "the table is empty"),
    "a tag less": ({k: v for k, v in long().items() if k != "acid"}, "no column 'acid'"),
    "words": (long(acid=["x"] * SAMPLES), "is no number"),
    "no time": ({k: v for k, v in long().items() if k != "time [h]"}, "no column 'time [h]'"),
    "a tag twice": (b"run,time [h],sugar [mmol/L],acid,acid,cells\nR1,0,1,2,3,4\n", "stands more than once"),
    "endless batches": (long(time=[t * 1e9 for t in long()["time [h]"]]), "1,000,000"),
    "before the start": (long(time=[-t - 1.0 for t in long()["time [h]"]]), "first sample"),
}


@pytest.mark.parametrize("command", ["score", "explain"])
@pytest.mark.parametrize("name", FOLLOWED)
def test_batches_that_cannot_be_followed_are_refused(
    homeostat: Call, watcher: Path, tmp_path: Path, name: str, command: str
) -> None:
    body, words = FOLLOWED[name]
    refused(homeostat("watch", command, watcher, written(tmp_path / "n.csv", body)), words)


@pytest.mark.parametrize("cells", ["inf", "", "nan"])
def test_a_tag_without_values_leaves_batches_undecided(
    homeostat: Call, watcher: Path, tmp_path: Path, cells: str
) -> None:
    data = written(tmp_path / "n.csv", long(acid=[cells] * SAMPLES))
    found = json.loads(homeostat("watch", "score", watcher, data, "--json").stdout)["batches"]
    assert {one["verdict"] for one in found} == {"undecided"}
    assert "too little was measured" in homeostat("watch", "explain", watcher, data).stdout


def test_absurd_values_are_told_in_few_digits(homeostat: Call, watcher: Path, tmp_path: Path) -> None:
    data = written(tmp_path / "n.csv", long(acid=["1e149"] * SAMPLES))
    for command in ("score", "explain"):
        done = homeostat("watch", command, watcher, data)
        assert done.returncode == 0, done.stderr
        assert max(map(len, done.stdout.splitlines())) < 250


@pytest.mark.parametrize("command", ["panel", "table"])
def test_a_folder_that_is_no_site_is_refused(homeostat: Call, tmp_path: Path, command: str) -> None:
    out = ("--out", tmp_path / "o.csv") if command == "table" else ()
    refused(homeostat("watch", command, "--site", tmp_path, *out), "there is no site here")


@pytest.mark.parametrize("at", ["", "x", "-1 h", "nan h", "inf h", "1 kg", ","])
def test_times_that_are_none_are_refused(homeostat: Call, tmp_path: Path, at: str) -> None:
    refused(homeostat("watch", "table", "--site", tmp_path, "--at", at, "--out", tmp_path / "o.csv"), "--at")
