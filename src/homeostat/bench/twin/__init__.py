"""`homeostat bench twin`: the ensemble engine against what users of such models have, on one model and one machine.

Twelve states of a perfused T-cell culture, twelve days reported hourly, donors that differ in twelve parameters. Speeds
are batches in a second of CPU time on one core, measured in turn in one process; beside each stands the largest error
against a reference at 1e-12. A rival is timed at the loosest tolerance that errs by no more than 1e-4, ours at the
quickest setting that errs no more than the rival.

    model, donors -> reference -> settle (each rival, ours) -> duels in turn -> Results with bars
"""

from homeostat.bench.twin.measurement import measure

__all__ = ["measure"]
