"""Run the checks: each requirement's, every one in a new empty folder, and say what they saw.

requirements, checks -> Result (passed with its evidence, or failed with the words) a requirement and check
"""

import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import count
from pathlib import Path
from pkgutil import iter_modules
from tempfile import TemporaryDirectory
from typing import Literal

from homeostat.errors import HomeostatError
from homeostat.validation import checks
from homeostat.validation.checking import CHECKS, Check, Workbench
from homeostat.validation.requirements import Requirement


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one check of one requirement; a requirement without a check has failed."""

    id: str
    clause: str
    test: str
    result: Literal["passed", "failed"]
    evidence: str
    risk: str


def registered() -> Mapping[str, Sequence[Check]]:
    """The checks of every requirement id: those of all modules in `checks`."""
    for module in sorted(one.name for one in iter_modules(checks.__path__)):
        import_module(f"{checks.__name__}.{module}")
    return CHECKS


def results(
    wanted: Sequence[Requirement], checks: Mapping[str, Sequence[Check]], folder: Path
) -> Iterator[Result]:
    """Run the checks of the `wanted` requirements in new folders below `folder`; a check is run once."""
    known: dict[Check, tuple[Literal["passed", "failed"], str]] = {}
    for requirement in wanted:
        mine = checks.get(requirement.id, ())
        if not mine:
            yield _result(requirement, "", "failed", "no test proves this requirement")
        for check in mine:
            if check not in known:
                known[check] = run(check, folder)
            yield _result(requirement, name_of(check), *known[check])


def run(check: Check, folder: Path) -> tuple[Literal["passed", "failed"], str]:
    """One check in a new folder, which is removed afterwards; whatever it raises is its failure."""
    with TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
        try:
            return "passed", check(Workbench(Path(place), *ticking()))
        except HomeostatError as fault:
            return "failed", str(fault)
        except Exception as fault:  # noqa: BLE001 - a check that breaks has failed; the others are run all the same
            last = traceback.extract_tb(fault.__traceback__)[-1]
            return (
                "failed",
                f"{type(fault).__name__}: {fault} ({Path(last.filename).name} line {last.lineno})",
            )


def name_of(check: Check) -> str:
    """How a check is called: its module and its function."""
    return f"{check.__module__.rpartition('.')[2]}.{check.__name__}"


def _result(
    requirement: Requirement, test: str, result: Literal["passed", "failed"], evidence: str
) -> Result:
    return Result(requirement.id, requirement.clause, test, result, evidence, requirement.risk)


def ticking() -> tuple[Callable[[], str], Callable[[], str]]:
    """A clock that goes on by a second at each look, and ids: the same in every run."""
    seconds, numbers = count(), count(1)

    def clock() -> str:
        minute, second = divmod(next(seconds), 60)
        hour, minute = divmod(minute, 60)
        return f"2026-01-05T{8 + hour:02d}:{minute:02d}:{second:02d}.000000+00:00"

    return clock, lambda: f"n{next(numbers):06d}"
