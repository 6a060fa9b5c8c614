"""How often the twin really reads: a filter that is told to read between two scans waits until both fall together.

In: a process. Out: a remark where the scan does not divide the time between the observer's readings.
"""

from collections.abc import Iterator

from homeostat.process import Process
from homeostat.process.issues import Fault


def pacing(process: Process) -> Iterator[Fault]:
    """A remark where tags are fused less often than is declared."""
    observer = process.twin.observer
    if observer is None or not observer.tags:
        return
    really = observer.pace(process.scan)
    if really != observer.every:
        what = (
            f"the twin reads every {really}, not every {observer.every}: {process.scan} does not divide that"
        )
        mend = f"give a scan that divides {observer.every}, or, if it is meant so, every: {really} in twin.observer"
        yield Fault(("scan",), what, mend)
