"""The bars, and how fairly two engines are put beside each other."""

import os

import pytest

from homeostat.bench.measuring import in_turn
from homeostat.bench.twin.bars import bar, instruction_set, stated
from homeostat.bench.twin.duel import Duel
from homeostat.bench.twin.pinned import one_core
from homeostat.twin import Target


@pytest.mark.parametrize(
    ("features", "name"),
    [
        ("+sse2,+avx,+avx2,+avx512f", "AVX-512"),
        ("+sse2,+avx,+avx2,-avx512f", "AVX2"),
        ("+sse2,-avx,-avx2", "SSE2"),
        ("+neon,+fp-armv8", "NEON"),
        ("", "scalar"),
    ],
)
def test_the_widest_instruction_set_is_named(features: str, name: str) -> None:
    assert instruction_set(Target("some", features)) == name


@pytest.mark.parametrize(
    ("what", "instructions", "expected"),
    [
        ("kernel", "AVX-512", 50_000.0),
        ("kernel", "AVX2", 25_000.0),
        ("end to end", "AVX-512", 40_000.0),
        ("end to end", "AVX2", 20_000.0),
        ("sensitivities", "AVX-512", 2_000.0),
        ("kernel", "NEON", None),
    ],
)
def test_bars_are_those_of_the_instruction_set(what: str, instructions: str, expected: float | None) -> None:
    assert bar(what, instructions) == expected


def test_what_wider_registers_are_asked_for_is_printed_beside() -> None:
    assert "AVX2" in stated("end to end", "AVX2")
    assert "40,000" in stated("end to end", "AVX2")
    assert stated("end to end", "AVX-512") == "AVX-512"


def test_a_duel_measures_both_in_turn_and_keeps_what_it_measured() -> None:
    order: list[str] = []
    ours, theirs = iter([10.0, 30.0, 20.0]), iter([2.0, 3.0, 5.0])

    def first() -> float:
        order.append("ours")
        return next(ours)

    def second() -> float:
        order.append("theirs")
        return next(theirs)

    duel = Duel(first, second)
    (ratio,) = in_turn(3, duel)
    assert order == ["ours", "theirs"] * 3
    assert (ratio.low, ratio.median, ratio.high) == (4.0, 5.0, 10.0)
    assert (duel.ours.median, duel.theirs.median) == (20.0, 3.0)


def test_one_core_is_held_and_given_back() -> None:
    usable = getattr(os, "sched_getaffinity", None)
    before = usable(0) if usable else None
    with one_core():
        assert usable is None or len(usable(0)) == 1
    assert (usable(0) if usable else None) == before
