"""Every requirement by its id, with the checks that `homeostat validate` runs on an installed system."""

from pathlib import Path

import pytest

from homeostat.validation.checking import Check
from homeostat.validation.requirements import requirements
from homeostat.validation.running import name_of, registered, run

CASES = [
    pytest.param(check, id=f"{one.id}: {name_of(check)}")
    for one in requirements()
    for check in registered().get(one.id, ())
]


@pytest.mark.parametrize("check", CASES)
def test_requirement(check: Check, tmp_path: Path) -> None:
    result, evidence = run(check, tmp_path)
    assert (result, evidence) == ("passed", evidence)
    assert len(evidence.split()) >= 4, "evidence is a sentence"


@pytest.mark.parametrize("requirement", [one.id for one in requirements()])
def test_requirement_has_a_check(requirement: str) -> None:
    assert registered().get(requirement)


def test_no_check_proves_what_nobody_requires() -> None:
    assert registered().keys() <= {one.id for one in requirements()}
