"""How much is measured: for numbers to quote, or for a first look."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    """Numbers of donors: with a reference, in cache, `many` at once, with sensitivities.

    `checked` of the sensitivities' directions are held against differences; the command simulates a `population`;
    everything is timed in `rounds` rounds.
    """

    truth: int
    cached: int
    many: int
    sensitive: int
    checked: int
    population: int
    rounds: int


FULL = Size(truth=16, cached=512, many=4096, sensitive=128, checked=12, population=100_000, rounds=7)
QUICK = Size(truth=2, cached=16, many=64, sensitive=4, checked=1, population=500, rounds=2)
