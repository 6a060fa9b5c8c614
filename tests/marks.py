"""Marks: parameters that take long are left to the drills, which `.ci/run` executes; the suite tries the others."""

from collections.abc import Iterable
from typing import Any

import pytest


def in_drills(cases: Iterable[Any]) -> list[Any]:
    """The same cases (a tuple holds several arguments), tried in the drills only."""
    arguments = [case if isinstance(case, tuple) else (case,) for case in cases]
    return [pytest.param(*case, marks=pytest.mark.drill) for case in arguments]
