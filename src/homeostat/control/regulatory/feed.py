"""Feed-forward: what a measured disturbance adds to a loop's output, through a gain and a lead-lag.

    u_ff = gain (lead s + 1) / (lag s + 1) (v - rest)

Discretised by backward differences, in plain arithmetic: a replay gives the same bits.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feed:
    """`gain` in output units per unit of the disturbance, times in hours; at `rest` it adds nothing.

    Without a `lag` there is no lead either.
    """

    gain: float
    lead: float = 0.0
    lag: float = 0.0
    rest: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedState:
    """The lagged disturbance (None: not seen yet) and what was added last, in output units."""

    lagged: float | None = None
    added: float = 0.0


def feed_forward(feed: Feed, state: FeedState, *, value: float, hours: float) -> FeedState:
    """The state after one scan of `hours`; `added` goes to the output. An unusable value (NaN) changes nothing.

    The first value counts as one that has been there for long.
    """
    if value != value:
        return state
    if feed.lag <= 0.0:
        return FeedState(value, feed.gain * (value - feed.rest))
    before = value if state.lagged is None else state.lagged
    lagged = (feed.lag * before + hours * value) / (feed.lag + hours)
    ahead = feed.lead / feed.lag
    return FeedState(lagged, feed.gain * (lagged + ahead * (value - lagged) - feed.rest))
