"""Loading by library name or path, files that cannot be read, and the plain-data views of a process."""

import json
from pathlib import Path

import pytest

from homeostat.errors import ProcessError
from homeostat.process import Process, check, check_against_model, describe, examine, library, load, schema
from homeostat.process.source import MAX_BYTES
from tests.process.small import TEXT, TOY, changed, line_of


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small process as a file."""
    file = tmp_path / "small.yaml"
    file.write_text(TEXT, encoding="utf-8")
    return file


def test_a_file_is_loaded_by_its_path(small: Path) -> None:
    process = load(small)
    assert process == load(str(small)) == check(small)[0]
    assert (process.process, process.version, process.approval.state) == ("small", "1.2.3", "draft")
    assert list(process.tags) == ["temperature", "jacket", "glucose", "pump"]


def test_a_process_is_immutable(small: Path) -> None:
    with pytest.raises(ValueError, match="frozen"):
        load(small).title = "Another"  # type: ignore[misc]  # what is tried here is the mistake


def test_an_unknown_name_suggests_the_shipped_ones() -> None:
    with pytest.raises(ProcessError) as caught:
        load("cart")
    assert "did you mean 'car-t'?" in caught.value.mend


def test_what_cannot_be_read_is_an_issue(tmp_path: Path) -> None:
    large = tmp_path / "large.yaml"
    large.write_bytes(b"#" * (MAX_BYTES + 1))
    assert "larger than 1 MB" in check(large)[1][0].what
    assert "no such file" in check(tmp_path)[1][0].what, "a folder is no file"
    assert "no such file" in check(tmp_path / "missing.yaml")[1][0].what
    assert check("\0")[1]
    assert check("long" * 5000)[1]


def test_the_library_lists_name_version_title_and_path() -> None:
    entries = {entry.name: entry for entry in library()}
    assert {"car-t", "yeast-fed-batch"} <= set(entries)
    for name, entry in entries.items():
        process = load(name)
        assert (process.process, process.version, process.title) == (name, entry.version, entry.title)
        assert entry.path.is_file()


def test_the_model_can_be_checked_later_with_lines(small: Path) -> None:
    text = changed(("growth: 0.04 1/h", "grouth: 0.04 1/h"))
    small.write_text(text, encoding="utf-8")
    examined = examine(small)
    assert examined.process is not None, "without a model nothing is wrong"
    issues = check_against_model(examined.process, TOY, examined.source)
    assert [(issue.line, issue.field) for issue in issues] == [
        (line_of(text, "grouth"), "twin.parameters.grouth")
    ]
    assert [issue.line for issue in check_against_model(examined.process, TOY)] == [0], "no source, no line"


def test_describe_is_plain_data_with_hash_and_outline(small: Path) -> None:
    process = load(small)
    described = json.loads(json.dumps(describe(process)))
    assert described["content_hash"] == process.content_hash
    assert described["strategy"]["heat"]["setpoint"] == "37 degC"
    assert [row["path"] for row in described["outline"]][:3] == [
        "culture",
        "culture/start",
        "culture/start/inoculate",
    ]
    assert described["outline"][3]["until"] == "glucose < 4 mmol/L or elapsed >= 3 d"


def test_the_schema_names_every_field() -> None:
    described = schema()
    json.dumps(described)
    assert set(described["properties"]) == set(Process.model_fields)
    assert described["additionalProperties"] is False
    assert described["properties"]["scan"]["type"] == "string"
