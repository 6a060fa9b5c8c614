"""Whether good batches hold enough to learn a watcher from: samples for a limit, and values of every tag throughout.

In: the samples of each phase, batch by batch. Out: nothing, or an error that names the phase, the tag and the sample.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.unfolding import cube
from homeostat.monitoring.frozen import Array

TWO = 2
"""Batches that must have a value: when one of them is left out, the other teaches."""


def check_enough(phases: Mapping[str, Sequence[Array]], tags: Sequence[str], confidence: float) -> None:
    """Raise MonitoringError where a limit at `confidence` cannot be set, or a tag is not measured at some sample.

    `phases` holds the samples (K, J) of each batch, alike in number within a phase.
    """
    wanted = int(np.ceil(confidence / (1.0 - confidence) - 1e-9))
    for name, rows in phases.items():
        others = (len(rows) - 1) * len(rows[0])
        if others < wanted:
            raise MonitoringError(
                f"{len(rows)} batches of {len(rows[0])} sample(s) are too few for limits at {100 * confidence:g} %",
                where=name,
                mend=f"without one batch, {wanted} samples are wanted: bring more batches, or sample more often",
            )
        _check_tags(name, cube(rows), tags)


def _check_tags(phase: str, batches: Array, tags: Sequence[str]) -> None:
    known = np.isfinite(batches).sum(axis=0)
    poor = np.argwhere(known < TWO)
    if not len(poor):
        return
    sample, tag = poor[0].tolist()
    raise MonitoringError(
        f"at sample {sample + 1} of {len(known)}, {known[sample, tag]} of {len(batches)} batches have a value of it",
        where=f"{phase}, tag '{tags[tag]}'",
        mend="leave the tag out (--without), take samples less often (--every), or bring batches that measure it",
    )
