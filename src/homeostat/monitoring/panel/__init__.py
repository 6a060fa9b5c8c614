"""The sentinel panel: what is foreseen of each quality attribute, and the verdict on it.

    mean, deviation, specification -> probability -> verdict (with a memory, so that it does not flicker)

Pure and in plain arithmetic: the scan uses it, and it replays bit for bit.
"""

from homeostat.monitoring.panel.probability import within
from homeostat.monitoring.panel.verdict import Risk, Standing, judge

__all__ = ["Risk", "Standing", "judge", "within"]
