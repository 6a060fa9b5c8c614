"""Batches as tables: a cube of N batches x K samples x J tags, laid out in rows.

    batch-wise     one row a batch (N, K·J), sample by sample: how a batch as a whole differs from the others
    variable-wise  one row a sample (N·K, J), batch by batch: how tags go together at any time

Sources: P. Nomikos & J. F. MacGregor, AIChE Journal 40 (1994) 1361-1375 (batch-wise); S. Wold, N. Kettaneh, H. Fridén
& A. Holmberg, Chemometrics and Intelligent Laboratory Systems 44 (1998) 331-340 (variable-wise).
"""

from collections.abc import Sequence

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array


def cube(batches: Sequence[Array]) -> Array:
    """Aligned batches, each (K, J), as one cube (N, K, J); NaN is a missing value.

    Raises MonitoringError when they differ in shape, are fewer than two, or hold infinite values.
    """
    shapes = {np.shape(batch) for batch in batches}
    if len(batches) < 2 or len(shapes) != 1 or len(min(shapes)) != 2 or 0 in min(shapes):
        raise MonitoringError(
            f"{len(batches)} batch(es) of shapes {sorted(shapes)} are no set of aligned batches",
            mend="give two or more batches of as many samples and tags, aligned before",
        )
    found = np.array(batches, np.float64)
    if (infinite := np.argwhere(np.isinf(found))).size:
        batch, sample, tag = infinite[0] + 1
        raise MonitoringError(
            "a value is infinite",
            where=f"batch {batch}, sample {sample}, tag {tag}",
            mend="leave it out (NaN)",
        )
    return found


def batch_wise(batches: Array) -> Array:
    """A cube (N, K, J) as one row a batch (N, K·J)."""
    return batches.reshape(len(batches), -1)


def from_batch_wise(rows: Array, tags: int) -> Array:
    """The cube (N, K, J) of rows (N, K·J) of J `tags`."""
    return rows.reshape(len(rows), -1, tags)


def variable_wise(batches: Array) -> Array:
    """A cube (N, K, J) as one row a sample (N·K, J), batch by batch."""
    return batches.reshape(-1, batches.shape[2])


def from_variable_wise(rows: Array, samples: int) -> Array:
    """The cube (N, K, J) of rows (N·K, J) of batches of K `samples`."""
    return rows.reshape(-1, samples, rows.shape[1])
