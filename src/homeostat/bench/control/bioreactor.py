"""do-mpc's batch bioreactor: what a step of the controller costs, beside do-mpc and CasADi's SQP at the same optimum.

do-mpc steers the plant for 150 h; every solver then solves the recorded situations. A plan's objective is that of the
plan integrated exactly. Bars: 35 times less CPU time than do-mpc for a solver of generated code, as ours is (16 times
would be asked of one without), the objective within 0.1 %, every step solved.
"""

from homeostat.bench.absent import absent
from homeostat.bench.control.contest import contest
from homeostat.bench.control.ours.controller import Ours
from homeostat.bench.control.plants.batch_bioreactor import TASK
from homeostat.bench.control.rivals import do_mpc_control
from homeostat.bench.control.rivals.casadi_solver import sqp
from homeostat.bench.control.sequence import record
from homeostat.bench.control.telling import told
from homeostat.bench.result import Result
from homeostat.bench.twin.pinned import one_core

TOPIC = "bioreactor"
STEPS, QUICK = 150, 30
ROUNDS = 5
BAR = 35.0


def measure(*, quick: bool) -> list[Result]:
    """All solvers on the whole batch, five times over; `quick` on its beginning, once."""
    if not do_mpc_control.INSTALLED:
        return [absent(TOPIC, "do-mpc")]
    with one_core():
        held = do_mpc_control.DoMpc(TASK)
        sequence = record(TASK, held, QUICK if quick else STEPS)
        runs = contest(TASK, (Ours(TASK), held, sqp(TASK)), sequence, 1 if quick else ROUNDS)
    return told(TOPIC, TASK, runs, BAR)
