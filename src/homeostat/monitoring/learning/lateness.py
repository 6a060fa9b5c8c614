"""Whether a watcher alerts too late to be of use, and which batches make it so.

In: the batches learnt from, the samples in a row that make an alert, the longest run of each batch. Out: a sentence.
"""

from collections.abc import Sequence

from homeostat.monitoring.learning.runs import Runs

LATE = 0.5
"""Share of a batch (or of its shortest phase) beyond which an alert is said to come late (assumption)."""


def warned(found: Runs, run: int, longest: Sequence[int], samples: int) -> tuple[str, ...]:
    """A warning where an alert comes so late that it is hardly any, with the batches that make it so."""
    if run <= LATE * samples:
        return ()
    names = [run.name for run in found.runs] if len(found.runs) == len(longest) else []
    names = names or [f"stretch {number}" for number in range(1, len(longest) + 1)]
    setting = [f"{name} ({count})" for name, count in zip(names, longest, strict=True) if count >= run - 1]
    return (
        f"WARNING: an alert needs {run} of {samples} samples in a row, so it comes late or never; what lay beyond "
        f"its limits for so long, judged by the others: {', '.join(setting)}. Is it a good batch?",
    )
