"""do-mpc's moving-horizon estimator: collocation and IPOPT, the known inputs declared as readings without noise.

Left undeclared, the inputs are unknowns and the estimate of what is not measured is far off. It begins when the window
is full, as its documentation advises, and then knows what was believed at the very start; until then the first guess
stands. Timed is `make_step`.
"""

import warnings
from collections import deque
from typing import Any

import casadi as ca
import numpy as np

from homeostat.bench.control.rivals.do_mpc_control import imported
from homeostat.bench.control.solver import Watch
from homeostat.bench.control.task import Array
from homeostat.bench.control.watching import Followed, Watching


class DoMpcEstimator:
    """do-mpc's `MHE` for one estimation problem."""

    name = "do-mpc"

    def __init__(self, watching: Watching) -> None:
        self._watching = watching

    def follow(self, inputs: Array, readings: Array) -> Followed:
        """As `Estimator.follow`; every batch has an estimator of its own, made before time is taken."""
        w = self._watching
        window = deque[Array](maxlen=w.window)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            mhe = _estimator(w, window)
        rows = []
        for pair in zip(inputs, readings, strict=True):
            window.append(np.concatenate(pair))
            full = len(window) == w.window
            rows.append(_step(mhe, window[-1]) if full else (w.column(w.guess), w.value, 0.0, 1.0))
        return Followed(*(np.array(column) for column in zip(*rows, strict=True)))


def _step(mhe: Any, reading: Array) -> tuple[Array, float, float, float]:
    watch = Watch()
    states = mhe.make_step(reading)
    spent = watch.milliseconds
    found = float(np.array(mhe.p_est0.cat).item())
    return np.array(states).ravel(), found, spent, float(mhe.solver_stats["success"])


def _estimator(watching: Watching, window: deque[Array]) -> Any:
    """An estimator that takes its readings from `window` whenever it is full."""
    library = imported()
    mhe = library.estimator.MHE(_declared(watching, library), [watching.unknown])
    settings = mhe.settings
    settings.n_horizon, settings.t_step, settings.meas_from_data = watching.window, watching.hours, False
    settings.state_discretization, settings.collocation_deg, settings.collocation_ni = "collocation", 2, 1
    settings.store_full_solution = False
    settings.supress_ipopt_output()
    mhe.set_default_objective(
        P_x=np.diag(watching.column(watching.first) ** -2),
        P_v=np.diag(watching.noise**-2),
        P_p=np.diag([watching.deviation**-2]),
        P_w=np.diag(watching.column(watching.wander) ** -2),
    )
    _bound(mhe, watching)
    template = mhe.get_y_template()

    def readings(_: float) -> Any:
        for k, reading in enumerate(window):
            template["y_meas", k] = reading
        return template

    mhe.set_y_fun(readings)
    mhe.setup()
    mhe.x0, mhe.p_est0 = watching.column(watching.guess), np.array([watching.value])
    mhe.set_initial_guess()
    return mhe


def _declared(watching: Watching, library: Any) -> Any:
    """The model with all its parameters as numbers but the unknown one, noise on every rate."""
    signature = watching.model.signature
    model = library.model.Model("continuous", "SX")
    x = [model.set_variable("_x", name) for name in signature.states.names]
    u = [model.set_variable("_u", name) for name in signature.inputs.names]
    values = dict(zip(signature.parameters.names, signature.parameters.values, strict=True))
    values[watching.unknown] = model.set_variable("_p", watching.unknown)
    slopes, _ = watching.model.function()(ca.vertcat(*x), ca.vertcat(*u), ca.vertcat(*values.values()))
    for name, symbol in zip(signature.inputs.names, u, strict=True):
        model.set_meas(name, symbol, meas_noise=False)
    for name in watching.readings:
        model.set_meas(name, model.x[name], meas_noise=True)
    for k, name in enumerate(signature.states.names):
        model.set_rhs(name, slopes[k], process_noise=True)
    model.setup()
    return model


def _bound(mhe: Any, watching: Watching) -> None:
    for name, low in watching.low.items():
        mhe.bounds["lower", "_x", name] = low
    for quantity in watching.model.signature.inputs:
        mhe.bounds["lower", "_u", quantity.name] = quantity.low
        mhe.bounds["upper", "_u", quantity.name] = quantity.high
    mhe.bounds["lower", "_p_est", watching.unknown] = watching.bounds[0]
    mhe.bounds["upper", "_p_est", watching.unknown] = watching.bounds[1]
