"""What is tried on a table: preparations and families, by what the table is and how large, never by the clock."""

from dataclasses import dataclass

from homeostat.monitoring.learning.families.constant import Constant
from homeostat.monitoring.learning.families.family import Family
from homeostat.monitoring.learning.families.linear import PCR, PLS, ElasticNet, Ridge
from homeostat.monitoring.learning.families.logistic import LogisticRidge
from homeostat.monitoring.learning.families.process import GaussianProcess
from homeostat.monitoring.learning.families.trees import Boosting, ExtraTrees, RandomForest
from homeostat.monitoring.learning.preparation import Preparation, columns, spectra
from homeostat.monitoring.learning.task import Task

MOST_COMPONENTS = 20
MOST_PROCESS_ROWS = 400
"""Rows up to which a Gaussian process is tried: its work grows with their cube."""
MOST_LENGTHS = 20
"""Inputs up to which each may have a length of its own in a Gaussian process."""
MANY_CELLS = 150_000
"""Rows times columns from which on fewer trees and sizes are tried."""
MOST_CELLS = 1_500_000
"""Rows times columns from which on only what grows slowly is tried."""
TREES = 100
FEWER_TREES = 60
"""Of large tables."""
FEWEST_TREES = 25
"""Of a search that is repeated for every row."""
MEAN = Constant().name
"""The family that looks at no input."""
LINEAR = frozenset({"PLS", "principal components", "ridge", "elastic net"})


@dataclass(frozen=True)
class Menu:
    """`preparations` and `families`, each with each; `regions` says whether parts of the spectrum are tried, too."""

    preparations: tuple[Preparation, ...]
    families: tuple[Family, ...]
    regions: bool = False


def menu(task: Task, seed: int, *, quick: bool = False, single: bool = False) -> Menu:
    """What is tried on this task; `quick` is a short list for a first look.

    `single` says that the search is one of many that judge, each without a single row: forests are then smaller.
    """
    rows, width = task.x.shape
    if quick:
        return _short(task, seed)
    if task.axis is not None:
        families: tuple[Family, ...] = (Constant(), PLS(_components(rows, width)), Ridge())
        return Menu(spectra(width), families, regions=width >= 60)
    trees = FEWER_TREES if rows * width > MANY_CELLS else FEWEST_TREES if single else TREES
    return Menu((columns(),), _families(rows, width, trees, seed, classes=task.question.classes))


def _short(task: Task, seed: int) -> Menu:
    rows, width = task.x.shape
    linear: tuple[Family, ...] = (Constant(), PLS(_components(rows, width)))
    if task.axis is not None:
        return Menu(spectra(width)[1:2] + spectra(width)[5:6], linear)
    return Menu((columns(),), (*linear, Ridge(), ExtraTrees(40, (2,), seed, 0.5)))


def _families(rows: int, width: int, trees: int, seed: int, *, classes: bool) -> tuple[Family, ...]:
    cells = rows * width
    found: list[Family] = [Constant(), PLS(_components(rows, width)), Ridge()]
    if cells <= MOST_CELLS:
        found += [PCR(_components(rows, width)), ElasticNet()]
    if classes:
        found.append(LogisticRidge())
    if rows <= MOST_PROCESS_ROWS and cells <= MANY_CELLS:
        found.append(GaussianProcess(each=1 < width <= MOST_LENGTHS))
    leaves = _leaves(rows) if cells <= MANY_CELLS else _leaves(rows)[-1:]
    share = 0.5 if width <= 60 else 0.33 if width <= 500 else 0.1
    found.append(ExtraTrees(trees, leaves, seed, share))
    if cells <= MANY_CELLS:
        found.append(RandomForest(trees, leaves[-1:], seed, min(share, 0.33)))
    if cells <= MOST_CELLS:
        found.append(Boosting(3 if rows >= 200 else 2, min(share, 0.33), seed))
    return tuple(found)


def _leaves(rows: int) -> tuple[int, ...]:
    return (5, 2) if rows < 1000 else (20, 5)


def _components(rows: int, width: int) -> int:
    return max(1, min(MOST_COMPONENTS, width, rows // 3))
