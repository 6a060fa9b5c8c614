"""The rivals: each solves the model, is timed at a fair tolerance, and is named where it is not installed."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from homeostat.bench.absent import MEND
from homeostat.bench.measuring import spread
from homeostat.bench.twin.against import against
from homeostat.bench.twin.contender import GOAL, LADDER, Contender, Solve, settle
from homeostat.bench.twin.donors import Array, Donors
from homeostat.bench.twin.equations import rates
from homeostat.bench.twin.model import PerfusedTCells
from homeostat.bench.twin.ours import at_least_as_exact
from homeostat.bench.twin.rivals import RIVALS
from homeostat.bench.twin.rivals.text import Script, letters
from homeostat.bench.twin.size import QUICK

FUNCTIONS = {"exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "(": lambda a: a}
SLOW = ("jax",)  # XLA takes half a minute to compile
INSTALLED = [
    pytest.param(rival, id=rival.name, marks=[pytest.mark.drill] if set(rival.needs) & set(SLOW) else [])
    for rival in RIVALS
    if rival.installed
]


def erring(truth: Array, error: Callable[[float], float]) -> Callable[[], Solve]:
    """A rival that is off by `error` of its tolerance."""
    return lambda: lambda donors, tolerance: truth[: len(donors)] * (1.0 + error(tolerance))


@pytest.mark.parametrize("rival", INSTALLED)
def test_a_rival_solves_the_model(rival: Contender, pair: Donors, truth: Array) -> None:
    settled = settle(rival, pair, truth)
    assert 0.0 < settled.error <= GOAL
    assert settled.batches == len(pair)
    assert f"error {settled.error:.1e}" in settled.label
    assert settled.speed() > 0.0


def test_a_rival_is_timed_at_the_loosest_tolerance_that_is_exact_enough(pair: Donors, truth: Array) -> None:
    rival = Contender("coarse", (), 2, erring(truth, lambda tolerance: 3.0 * tolerance))
    settled = settle(rival, pair, truth)
    assert settled.error == pytest.approx(6e-5)
    assert settled.name == "coarse 2e-05"


def test_a_rival_that_is_never_exact_enough_is_timed_at_the_tightest_and_its_error_told(
    pair: Donors, truth: Array
) -> None:
    settled = settle(Contender("wrong", (), 1, erring(truth, lambda _: 0.5)), pair, truth)
    assert settled.error == pytest.approx(0.5)
    assert settled.name == f"wrong {LADDER[-1]:.0e}"


def test_the_rivals_that_are_asked_for_have_their_bars() -> None:
    bars = {rival.needs[0]: rival.bar for rival in RIVALS if rival.bar}
    assert bars == {"scipy": 1000.0, "jax": 100.0, "roadrunner": 100.0}
    assert {"pydiffsol", "casadi"} <= {need for rival in RIVALS for need in rival.needs}


def test_what_is_not_installed_is_named_with_the_way_out(pair: Donors, truth: Array) -> None:
    missing = [
        Contender(name, ("no_such_module_of_any_name",), 1, erring(truth, abs)) for name in ("one", "two")
    ]
    (told,) = against(QUICK, pair, truth, missing)
    assert "one, two" in told.what
    assert MEND in told.what
    assert "homeostat[bench]" in MEND
    assert told.value == spread([2])
    assert told.holds is None


@pytest.mark.drill
def test_no_bar_is_claimed_over_a_rival_that_is_more_exact(pair: Donors, truth: Array) -> None:
    exact = Contender("exact", (), 1, erring(truth, lambda _: 1e-12), bar=1.0)
    coarse = Contender("coarse", (), 1, erring(truth, lambda _: 1e-4 - 1e-9), bar=1.0)
    results = {result.what.split()[-1]: result for result in against(QUICK, pair, truth, (exact, coarse))}
    assert results["exact"].bar is None
    assert results["coarse"].bar == 1.0
    for result in results.values():
        theirs, ours = result.rivals
        assert "error" in theirs.what
        assert "error" in ours.what
        assert result.unit == "times"


@pytest.mark.drill
def test_ours_is_the_quickest_setting_that_errs_no_more(pair: Donors, truth: Array) -> None:
    errors = []
    for goal in (1e-3, 1e-4, 3e-5, 1e-5):
        settled = at_least_as_exact(goal, pair, truth)
        assert settled.error <= goal
        errors.append(settled.error)
    assert errors == sorted(errors, reverse=True)


@pytest.mark.parametrize("named", [True, False])
def test_text_computes_what_the_equations_do(named: bool) -> None:
    script = Script(named=named, log="ln")
    held: dict[str, float] = {}
    signature = PerfusedTCells.signature
    for names, group in zip((script.x, script.u, script.p), signature.groups[:3], strict=True):
        held |= dict(zip(names, group.values, strict=True))
    for name, operation in script.lines:
        held[name] = computed(operation, held)
    found = [computed(text, held) for text in script.rates]
    x, u, p = (group.values for group in signature.groups[:3])
    np.testing.assert_allclose(found, rates(x, u, p, math), rtol=1e-12, atol=1e-12)
    assert bool(script.lines) == named


def computed(text: str, held: dict[str, float]) -> float:
    """The value of an infix text: a descent over its signs that shares nothing with what wrote it."""
    return _sum(text.replace("(", " ( ").replace(")", " ) ").split(), held)


def _sum(signs: list[str], held: dict[str, float]) -> float:
    value = _product(signs, held)
    while signs and signs[0] in "+-":
        value += _product(signs, held) if signs.pop(0) == "+" else -_product(signs, held)
    return value


def _product(signs: list[str], held: dict[str, float]) -> float:
    value = _factor(signs, held)
    while signs and signs[0] in "*/":
        value = value * _factor(signs, held) if signs.pop(0) == "*" else value / _factor(signs, held)
    return value


def _factor(signs: list[str], held: dict[str, float]) -> float:
    first = signs.pop(0)
    if first.startswith("-"):
        return -held[first[1:]] if first[1:] else -_factor(signs, held)
    if first in FUNCTIONS:
        if first != "(":
            signs.pop(0)
        value = FUNCTIONS[first](_sum(signs, held))
        signs.pop(0)
        return value
    return held[first] if first in held else float(first)


def test_names_are_of_letters_alone_and_all_different() -> None:
    names = [letters(number) for number in range(2000)]
    assert all(name.isalpha() for name in names)
    assert len(set(names)) == len(names)
    assert names[:2] + names[25:28] == ["a", "b", "z", "aa", "ab"]
