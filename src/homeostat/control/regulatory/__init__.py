"""Regulatory loops: a reading and a set-point in, a move out; and how loops are tuned and judged.

    set-point, reading, feed-forward -> pid -> output -> one actuator, a split range, or an inner loop's set-point

What a loop does in a scan (`pid`, `feed`, `split`) is a pure function of its constants and its state, in plain
additions and multiplications, so that a replay gives the same bits. `tuning` finds constants from an experiment and
judges a loop by its record; it stands outside the scan.
"""

from homeostat.control.regulatory.feed import Feed, FeedState, feed_forward
from homeostat.control.regulatory.pid import Form, Mode, PidState, Tuning, retuned, step
from homeostat.control.regulatory.split import Travel, shared, stretch

__all__ = [
    "Feed",
    "FeedState",
    "Form",
    "Mode",
    "PidState",
    "Travel",
    "Tuning",
    "feed_forward",
    "retuned",
    "shared",
    "step",
    "stretch",
]
