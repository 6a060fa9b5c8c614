"""do-mpc's industrial polymerisation, robust: nine scenarios of 20 steps that share their first move.

do-mpc steers the plant, whose parameters are the nominal ones; both solvers then solve the recorded situations. Bars: 5
times less CPU time, every step solved, the objective of every plan (integrated exactly in all scenarios) within 0.1 %.
CasADi's SQP is not among the rivals: its programme here has no tree, and explicit steps do not suit this task.
"""

from homeostat.bench.absent import absent
from homeostat.bench.control.contest import contest
from homeostat.bench.control.ours.controller import Ours
from homeostat.bench.control.plants.polymerisation import TASK
from homeostat.bench.control.rivals import do_mpc_control
from homeostat.bench.control.sequence import record
from homeostat.bench.control.telling import told
from homeostat.bench.result import Result
from homeostat.bench.twin.pinned import one_core

TOPIC = "polymerisation"
STEPS, QUICK = 25, 2
ROUNDS = 3
BAR = 5.0


def measure(*, quick: bool) -> list[Result]:
    """Both solvers on 25 steps, three times over; `quick` on two steps, once."""
    if not do_mpc_control.INSTALLED:
        return [absent(TOPIC, "do-mpc")]
    with one_core():
        held = do_mpc_control.DoMpc(TASK)
        sequence = record(TASK, held, QUICK if quick else STEPS)
        runs = contest(TASK, (Ours(TASK), held), sequence, 1 if quick else ROUNDS)
    return told(TOPIC, TASK, runs, BAR)
