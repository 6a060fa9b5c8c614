"""Control: set-points in, moves out.

`regulatory` holds the loops: PID in its forms, split range, feed-forward, cascades, and how they are tuned. A loop's
step is a pure function of its tuning, its state, the set-point and the reading, in plain additions and multiplications,
so that a replay gives the same bits.
"""

from homeostat.control.regulatory import Mode, PidState, Tuning, step

__all__ = ["Mode", "PidState", "Tuning", "step"]
