"""Control: set-points in, moves out.

First form: PID loops in the ISA standard form. A loop's step is a pure function of its tuning, its state, the
set-point and the reading, in plain additions and multiplications, so that a replay gives the same bits.
"""

from homeostat.control.pid import Mode, PidState, Tuning, step

__all__ = ["Mode", "PidState", "Tuning", "step"]
