"""Learning: from a user's table to a frozen model package, and an honest account of how good it is.

    file -> reading -> Table -> columns, rules -> task.Task
    Task -> search (menu, preparation, families; inner folds)      what is best on rows held out
         -> judging (outer folds around the whole search)          how good that is on rows it never saw
         -> training.train -> Package                              learnt from all rows, calibrated, frozen
    Package, Table -> scoring, explaining -> verdicts;  Package and its uses -> validation -> the report

Nothing but the table and a seed decides what comes out: not the clock, not the order of threads. Rows of one group
(donor, batch, reactor) are never on both sides of a fold. What learns is in `training`, which imports scikit-learn;
what only judges rows does without.
"""

from homeostat.monitoring.learning.scoring import Scored, score
from homeostat.monitoring.learning.table import Table, read_table

__all__ = ["Scored", "Table", "read_table", "score"]
