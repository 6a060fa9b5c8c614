"""`homeostat approve`: a definition from its author's hands to retirement."""

import json
from pathlib import Path

import pytest

from .conftest import Call

RULES = "rules/review/1.0.0"


@pytest.fixture
def site(homeostat: Call, tmp_path: Path) -> Path:
    place = tmp_path / "site"
    assert homeostat("site", "create", place, "--training").returncode == 0
    return place


def handed_in(homeostat: Call, site: Path, text: str, version: str = "1.0.0") -> dict[str, object]:
    source = site.parent / "review.json"
    source.write_text(text, "utf-8")
    done = homeostat(
        "approve", "submit", "rules", source, "--version", version, "--why", "first", "--site", site, "--json"
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, object] = json.loads(done.stdout)
    return made


def test_a_definition_becomes_effective_and_is_retired(homeostat: Call, site: Path) -> None:
    assert handed_in(homeostat, site, '{"late": 15}')["state"] == "submitted"
    for step, state in (("review", "reviewed"), ("approve", "effective"), ("retire", "retired")):
        done = homeostat("approve", step, RULES, "--why", "good", "--site", site)
        assert done.returncode == 0, done.stderr
        assert f"{RULES} is {state}." in done.stdout
    (listed,) = json.loads(homeostat("approve", "list", "--site", site, "--json").stdout)
    assert (listed["id"], listed["state"], listed["author"]) == (RULES, "retired", "demo-scientist")
    shown = homeostat("approve", "show", RULES, "--site", site).stdout
    assert "Demonstration quality assurance (demo-qa), approved, " in shown
    assert '{"late": 15}' in shown


def test_retiring_says_what_is_effective_now(homeostat: Call, site: Path) -> None:
    for version in ("1.0.0", "1.1.0"):
        handed_in(homeostat, site, f'{{"late": "{version}"}}', version)
        for step in ("review", "approve"):
            homeostat("approve", step, f"rules/review/{version}", "--why", "good", "--site", site)
    done = homeostat("approve", "retire", "rules/review/1.1.0", "--why", "dangerous", "--site", site)
    assert "No version of rules/review is effective now" in done.stdout
    listed = json.loads(homeostat("approve", "list", "--site", site, "--json").stdout)
    assert [one["state"] for one in listed] == ["superseded", "retired"]
    handed_in(homeostat, site, '{"late": 5}', "1.2.0")
    for step in ("review", "approve"):
        homeostat("approve", step, "rules/review/1.2.0", "--why", "good", "--site", site)
    old = homeostat("approve", "retire", RULES, "--why", "old", "--site", site, "--json")
    assert json.loads(old.stdout)["effective_now"] == "rules/review/1.2.0"


def test_a_version_is_not_edited_and_two_are_compared(homeostat: Call, site: Path) -> None:
    handed_in(homeostat, site, '{"late": 15}')
    source = site.parent / "review.json"
    source.write_text('{"late": 60}', "utf-8")
    refused = homeostat("approve", "submit", "rules", source, "--why", "oh", "--site", site)
    assert refused.returncode == 2
    assert "a change is a new version" in refused.stderr
    handed_in(homeostat, site, '{"late": 60}', "1.1.0")
    differ = homeostat("approve", "diff", RULES, "1.1.0", "--site", site, "--json")
    assert differ.returncode == 1
    assert json.loads(differ.stdout) == [{"field": "late", "old": 15, "new": 60}]
    same = homeostat("approve", "diff", RULES, "1.0.0", "--site", site)
    assert (same.returncode, same.stdout) == (0, "They do not differ.\n")


def test_a_process_of_the_library_is_submitted_under_its_own_name(homeostat: Call, site: Path) -> None:
    done = homeostat(
        "approve", "submit", "process", "yeast-fed-batch", "--why", "first", "--site", site, "--json"
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["id"] == "process/yeast-fed-batch/1.0.0"


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "submit", "poem", "x", "--why", "x"),
        ("approve", "submit", "rules", "no/such/file", "--why", "x"),
        ("approve", "show", "rules/none/1.0.0"),
        ("approve", "show", "rules"),
        ("approve", "review", RULES, "--why", "x", "--as", "demo-operator"),
    ],
)
def test_what_is_wrong_is_said(homeostat: Call, site: Path, words: tuple[str, ...]) -> None:
    refused = homeostat(*words, "--site", site)
    assert refused.returncode == 2
    assert refused.stderr
