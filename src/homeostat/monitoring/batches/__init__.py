"""Batches against good batches: aligned, unfolded, judged at every sample though their future is unknown.

    samples -> aligned by an indicator or by online DTW -> Monitor.step -> scores, T², SPE, decision, parts of each tag
    phases  -> one Monitor each, scores handed over                         golden -> the band good batches stay in
    phase, sample -> GoodBatches.look, VaryingProcess.look -> settled alert or action, tags that contribute

What runs live is imported from here: frozen pieces, a small `State`, and steps that never look ahead and give the same
bits on every machine. `learning`, `fitting`, `held_out` and `envelope` learn from good batches and import scikit-learn;
limits come from batches that were left out, together with the false alarms that those gave.
"""

from homeostat.monitoring.batches.aligner import START, Aligner, Place
from homeostat.monitoring.batches.following import Trace, follow
from homeostat.monitoring.batches.good import GoodBatches
from homeostat.monitoring.batches.indicator import Indicator, learn_indicator
from homeostat.monitoring.batches.limits import Limits
from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.phases import Phase, Phased, PhasedState
from homeostat.monitoring.batches.state import Judged, Parts, State
from homeostat.monitoring.batches.varying import VaryingProcess
from homeostat.monitoring.batches.warping import Warping, learn_warping
from homeostat.monitoring.batches.watcher import AnyWatcher, Memory, Told, Watcher

__all__ = [
    "START",
    "Aligner",
    "AnyWatcher",
    "GoodBatches",
    "Indicator",
    "Judged",
    "Limits",
    "Memory",
    "Monitor",
    "Parts",
    "Phase",
    "Phased",
    "PhasedState",
    "Place",
    "State",
    "Told",
    "Trace",
    "VaryingProcess",
    "Warping",
    "Watcher",
    "follow",
    "learn_indicator",
    "learn_warping",
]
