"""What the files of the project may hold: a licence, and nothing of one machine or one package index."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PARTS = (".ci", "docs", "src", "tests", "*.md", "*.toml", "*.lock", "LICENSE", ".gitignore")
MADE = {"__pycache__", "_build"}
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])/(?:root|home|Users|work|mnt|tmp)/\w"),
    "a drive of one machine": re.compile(r"\b[A-Z]:\\\\?\w"),
    "a package index": re.compile(r"python(?:)hosted|pypi\.(?:)org|npm(?:)js\.|/simp(?:)le/"),
}


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file of the project with its content; what tools make is left out."""
    for pattern in PARTS:
        for top in ROOT.glob(pattern):
            for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
                if path.is_file() and not MADE & set(path.parts) and b"\0" not in (raw := path.read_bytes()):
                    yield path.relative_to(ROOT), raw.decode("utf-8", errors="replace")


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if FORBIDDEN[what].search(line)
    ]
    assert found == []


def test_the_licence_is_apache_2() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text
    assert project["license"] == "Apache-2.0"
    assert project["license-files"] == ["LICENSE"]


def test_the_package_says_that_it_is_typed_and_which_version_it_is() -> None:
    from homeostat import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (ROOT / "src" / "homeostat" / "py.typed").is_file()
    assert project["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
