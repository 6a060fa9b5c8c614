"""Solvers of CasADi on the shooting programme: its SQP, quickest in the form found here, and IPOPT.

The SQP solves its quadratic programmes by `qrqp`, clips negative eigenvalues of the Hessian (regularising instead runs
into the limit of iterations) and starts from the last solution, multipliers included, one step on. IPOPT starts from
nothing.
"""

from collections.abc import Mapping
from typing import Any

import casadi as ca
import numpy as np

from homeostat.bench.control.rivals.shooting import programme
from homeostat.bench.control.solver import Answer, Watch
from homeostat.bench.control.task import Array, Task

_SILENT = {"print_time": 0, "error_on_fail": False}
SQP: Mapping[str, Any] = {
    **_SILENT,
    "expand": True,
    "qpsol": "qrqp",
    "qpsol_options": {**_SILENT, "print_iter": False, "print_header": False, "print_info": False},
    "print_header": False,
    "print_iteration": False,
    "print_status": False,
    "convexify_strategy": "eigen-clip",
    "max_iter": 50,
    "tol_du": 1e-6,
    "tol_pr": 1e-6,
}
IPOPT: Mapping[str, Any] = {
    **_SILENT,
    "expand": True,
    "ipopt.print_level": 0,
    "ipopt.sb": "yes",
    "ipopt.tol": 1e-9,
    "ipopt.max_iter": 500,
}


class Shooting:
    """A plugin of `casadi.nlpsol` on the task's shooting programme; `warm` ones start from where they ended."""

    def __init__(
        self, task: Task, plugin: str, options: Mapping[str, Any], *, warm: bool, substeps: int
    ) -> None:
        self.name = f"CasADi {plugin}"
        self._programme = programme(task, substeps)
        self._solver = ca.nlpsol("solver", plugin, self._programme.nlp, dict(options))
        self._warm, self._last = warm, dict[str, Array]()

    def solve(self, x: Array, before: Array, known: Array) -> Answer:
        """As `Solver.solve`."""
        made = self._programme
        start = self._last or {"x0": made.guess(x, before)}
        watch = Watch()
        found = self._solver(
            **start,
            p=made.given(x, before, known),
            lbx=made.low,
            ubx=made.high,
            lbg=made.least,
            ubg=0.0,
        )
        spent, (solved, iterations) = watch.milliseconds, self._ended()
        self._last = self._kept(found) if self._warm and solved else {}
        return Answer(made.plan(np.array(found["x"]).ravel()), solved, iterations, spent)

    def forget(self) -> None:
        """As `Solver.forget`."""
        self._last = {}

    def _ended(self) -> tuple[bool, int]:
        """Whether it converged, and after how many iterations."""
        try:
            stats = self._solver.stats()
        except RuntimeError:  # CasADi 3.8's SQP has no status to tell once a quadratic programme has failed
            return False, 0
        return bool(stats["success"]), int(stats["iter_count"])

    def _kept(self, found: Mapping[str, ca.DM]) -> dict[str, Array]:
        """The solution and its multipliers, one step on."""
        made = self._programme
        rows = len(made.least) // made.task.steps
        return {
            "x0": made.shifted(np.array(found["x"]).ravel(), made.width),
            "lam_x0": made.shifted(np.array(found["lam_x"]).ravel(), made.width),
            "lam_g0": made.shifted(np.array(found["lam_g"]).ravel(), rows),
        }


def sqp(task: Task) -> Shooting:
    """The quickest form of CasADi's SQP without a compiler."""
    return Shooting(task, "sqpmethod", SQP, warm=True, substeps=task.substeps)


def ipopt(task: Task) -> Shooting:
    """IPOPT at a tight tolerance."""
    return Shooting(task, "ipopt", IPOPT, warm=False, substeps=2 * task.substeps)
