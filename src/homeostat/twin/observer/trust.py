"""Whether a signal is still believed: one that has disagreed for long is dropped, one that agrees again comes back.

In: the verdict on a signal's last innovations, and each new innovation, with its time. Out: an immutable `Trust`.
That a signal disagrees does not yet say that it lies: whether the others agree without it is the tracker's question.
"""

import math
from dataclasses import dataclass, replace

from homeostat.twin.observer.filter import Innovation

NEAR = 3.0
"""A reading of a dropped signal agrees within so many standard deviations of it and the belief together."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Since when (h) a signal disagrees, since when it is `dropped`, and since when every reading of it has agreed.

    `since` is None while it agrees, `dropped` while it is fused, `agreed` after a reading that was far off. `undecided`
    is when it was last found that nothing else tells of what it measures.
    """

    since: float | None = None
    dropped: float | None = None
    agreed: float | None = None
    undecided: float | None = None

    def after(self, innovation: Innovation, *, flagged: bool, time: float, again: float) -> "Trust":
        """The same with one more reading at `time`; a dropped signal is back when it has agreed for `again` hours."""
        if self.dropped is None:
            since = (time if self.since is None else self.since) if flagged else None
            return self if since == self.since else Trust(since)
        if math.isnan(innovation.z):
            return self
        if abs(innovation.z) > NEAR:
            return self if self.agreed is None else replace(self, agreed=None)
        agreed = max(time if self.agreed is None else self.agreed, self.dropped)
        return Trust() if time - agreed >= again else replace(self, agreed=agreed)

    def deferred(self, time: float, *, vain: bool) -> "Trust":
        """The same of a signal that disagrees, from `time` on or judged in `vain` at it; of any other as it is."""
        if self.since is None:
            return self
        return replace(self, undecided=time) if vain else replace(self, since=time)

    def suspected(self, time: float, after: float) -> bool:
        """Whether it has disagreed for `after` hours, as long since nothing else told of it, and is fused."""
        if self.dropped is not None or self.since is None:
            return False
        return time - max(self.since, -math.inf if self.undecided is None else self.undecided) >= after
