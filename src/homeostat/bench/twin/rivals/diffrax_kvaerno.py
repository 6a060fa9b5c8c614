"""diffrax: JAX compiles the whole run of many donors at once (vmap), integrated by Kvaerno3 in double precision.

The quickest of diffrax's methods tried on this model at this error (Tsit5, Bosh3, Kvaerno5 are slower).
"""

from importlib import import_module
from typing import Any

import numpy as np

from homeostat.bench.twin.contender import Solve
from homeostat.bench.twin.donors import HELD, Array, Donors
from homeostat.bench.twin.equations import rates

_FIRST_STEP = 0.02  # hours
_MOST_STEPS = 100_000


def prepare() -> Solve:
    """Trace the run; XLA compiles it with the first call of each number of donors."""
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    run = jax.jit(jax.vmap(_runner(import_module("diffrax"), jax), in_axes=(0, 0, 0, None)))

    def solve(donors: Donors, tolerance: float) -> Array:
        return np.asarray(run(donors.states, donors.inputs, donors.parameters, tolerance))

    return solve


def _runner(diffrax: Any, jax: Any) -> Any:
    jnp = jax.numpy

    def slope(_: Any, y: Any, given: Any) -> Any:
        return jnp.stack(rates(tuple(y), tuple(given[0]), tuple(given[1]), jnp))

    def one(x: Any, inputs: Any, p: Any, tolerance: Any) -> Any:
        def held(x: Any, u: Any) -> Any:
            solved = diffrax.diffeqsolve(
                diffrax.ODETerm(slope),
                diffrax.Kvaerno3(),
                0.0,
                float(HELD),
                _FIRST_STEP,
                x,
                args=(u, p),
                saveat=diffrax.SaveAt(ts=jnp.arange(1.0, HELD + 1.0)),
                stepsize_controller=diffrax.PIDController(rtol=tolerance, atol=tolerance),
                max_steps=_MOST_STEPS,
                throw=False,
            )
            return solved.ys[-1], solved.ys

        rows = jax.lax.scan(held, x, inputs)[1]
        return jnp.concatenate([x[None], rows.reshape(-1, len(x))])

    return one
