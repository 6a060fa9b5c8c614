"""The lock file: every dependency pinned, every pin with hashes, no package index."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)*.*)$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}\b")


def declared() -> list[Requirement]:
    """Every requirement of pyproject.toml: core, extras and build."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    texts = [*project["dependencies"], *settings["build-system"]["requires"]]
    texts += [text for extra in project["optional-dependencies"].values() for text in extra]
    return [requirement for requirement in map(Requirement, texts) if requirement.name != project["name"]]


def pins() -> dict[str, list[Version]]:
    """The pinned versions of each package; several where they depend on the version of Python."""
    found: dict[str, list[Version]] = {}
    for match in PIN.finditer(LOCK):
        found.setdefault(canonicalize_name(match["name"]), []).append(Version(match["version"]))
    return found


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_every_declared_dependency_is_pinned_to_a_version_that_fits(requirement: Requirement) -> None:
    versions = pins().get(canonicalize_name(requirement.name), [])
    assert versions, "renew the lock with .ci/lock"
    assert all(version in requirement.specifier for version in versions)


def test_every_pin_has_hashes() -> None:
    bare = [match["name"] for match in PIN.finditer(LOCK) if not HASH.search(match["rest"])]
    assert bare == []


def test_nothing_but_pins_and_hashes_stands_in_the_lock() -> None:
    rest = re.sub(r"[\s\\]+", "", HASH.sub("", PIN.sub("", LOCK)))
    assert rest == ""


def test_no_index_and_no_address_is_named() -> None:
    assert not re.search(r"://|index-url|find-links|\bfile:| @ ", LOCK)
