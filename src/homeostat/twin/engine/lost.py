"""Where and why a batch of an ensemble ended, which its kernel does not tell.

In: the ensemble and the batch. Out: a `Failure`, for people; nothing is computed with it.
"""

from collections.abc import Sequence

from homeostat.twin.engine.ensemble import Ensemble
from homeostat.twin.engine.failing import Failure
from homeostat.twin.engine.schedule import Array, Jump, Segment
from homeostat.twin.engine.simulate import simulate
from homeostat.twin.engine.simulator import Simulator


def failure_of(
    ensemble: Ensemble,
    times_h: Sequence[float],
    segments: Sequence[Segment],
    states: Array,
    parameters: Array,
    jumps: Sequence[Jump] = (),
) -> Failure | None:
    """Where the batch from `states` (nx,) with `parameters` (np,) ends; None where it comes to its end.

    It is simulated again by itself. Where that does not end as it did, the reports between which it did are told.
    """
    s, of = ensemble.signature, ensemble.tolerance
    done = ensemble.run(times_h, segments, states=states, parameters=parameters, jumps=jumps, threads=1)
    if done.sound[0]:
        return None
    rows = int(done.rows[0])
    after, before = (float(done.time[row]) for row in (max(rows - 1, 0), min(rows, len(done.time) - 1)))
    alone = Simulator(ensemble.model, rtol=of.relative, atol=of.absolute, target=ensemble.target)
    x, p = (
        dict(zip(g.names, v.tolist(), strict=True))
        for g, v in ((s.states, states), (s.parameters, parameters))
    )
    found = simulate(alone, x, segments, p, times_h, jumps, judged=ensemble.columns).failure
    alike = found is not None and found.after_h <= before and after <= found.before_h
    return found if alike else Failure(after, before)
