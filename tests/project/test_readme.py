"""The README: two commands, each of which does all its set-up, and links that lead somewhere."""

import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".ci"))

from readme_commands import commands  # noqa: E402 - the folder of the scripts is on the path only now

README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv .venv && .venv/bin/pip install "


def test_there_are_two_commands_and_each_sets_up_everything() -> None:
    main_job, tests = commands(README)
    assert main_job == SET_UP + ". && .venv/bin/homeostat run"
    assert tests == SET_UP + '".[test]" && .venv/bin/pytest'


@pytest.mark.parametrize(
    "text",
    ["no command at all", "```\none\n```\n", "```\none\ntwo\n```\n```\nthree\n```\n", "```\n1\n```\n" * 3],
    ids=["none", "one", "two lines in a block", "three"],
)
def test_another_number_of_commands_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="two fenced blocks"):
        commands(text)


def test_every_relative_link_leads_to_a_file() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    missing = [link for link in links if "://" not in link and not (ROOT / link.partition("#")[0]).is_file()]
    assert links
    assert missing == []
