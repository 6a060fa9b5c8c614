"""Benchmarks: what the house promises, measured on this machine beside other ways to the same end.

`registry` names them; each module has a `measure(quick)` that gives `Result`s: value with spread, unit, bar,
and rivals measured in the same run. They work in temporary directories and never touch a user's site.

    registry -> measure -> Result -> cli (table or JSON)
"""

from homeostat.bench.registry import BENCHES, Bench
from homeostat.bench.result import Result, Rival, Spread, as_object

__all__ = ["BENCHES", "Bench", "Result", "Rival", "Spread", "as_object"]
