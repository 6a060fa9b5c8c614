"""The rivals: each solves the same hand-written equations (`bench.twin.equations`) for the same donors, hour by hour.

    equations -> rival's own form (Python, text, JAX, SX) -> Solve(donors, tolerance) -> hourly states

None takes a short cut that its users would not: each is restarted where inputs change, given the same tolerance
relative and absolute, and used in the form that was found quickest. numbalsoda is not among them: it has no wheels and
its sources need a Fortran compiler.
"""

from homeostat.bench.twin.contender import Contender
from homeostat.bench.twin.rivals import (
    casadi_cvodes,
    diffrax_kvaerno,
    pydiffsol_bdf,
    roadrunner_cvode,
    scipy_lsoda,
)

RIVALS: tuple[Contender, ...] = (
    Contender("scipy LSODA (solve_ivp)", ("scipy",), 16, scipy_lsoda.prepare, bar=1000.0),
    Contender("scipy LSODA (odeint)", ("scipy",), 16, scipy_lsoda.prepare_odeint),
    Contender("diffrax Kvaerno3 (vmap)", ("jax", "diffrax"), 256, diffrax_kvaerno.prepare, bar=100.0),
    Contender("libRoadRunner CVODE", ("roadrunner", "antimony"), 32, roadrunner_cvode.prepare, bar=100.0),
    Contender("pydiffsol BDF", ("pydiffsol",), 64, pydiffsol_bdf.prepare),
    Contender("CasADi cvodes", ("casadi",), 16, casadi_cvodes.prepare),
)
"""Every rival, with the bar of ours against it where one was set."""

__all__ = ["RIVALS"]
