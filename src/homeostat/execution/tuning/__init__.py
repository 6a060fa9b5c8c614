"""Tuning a loop of a process on the process's own simulated plant.

    process -> Rehearsal (its recipe, up to the moment) -> Stand (the plant as it was then, as often as wanted)
            -> step or relay experiment -> constants -> both tunings tried on the same step -> Tuned

A stand lives beside the scan: other loops go on, the recipe rests, nothing is recorded.
"""

from homeostat.execution.tuning.declared import as_yaml
from homeostat.execution.tuning.tune import METHODS, Method, Tuned, Wish, Worth, tune

__all__ = ["METHODS", "Method", "Tuned", "Wish", "Worth", "as_yaml", "tune"]
