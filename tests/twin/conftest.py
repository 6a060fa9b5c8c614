"""What the twin's tests share: compiled simulators, and an integration that uses none of the compiled code."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from homeostat.twin import Model, Segment, Simulator, model, models

Array = NDArray[np.float64]
Reference = Callable[[type[Model], Mapping[str, float], Sequence[Segment], Sequence[float]], Array]


@pytest.fixture(scope="session")
def simulators() -> Mapping[str, Simulator]:
    """Every shipped model, compiled once for the host."""
    return {name: Simulator(declared) for name, declared in models().items()}


@pytest.fixture(scope="session")
def t_cell(simulators: Mapping[str, Simulator]) -> Simulator:
    assert simulators["t_cell_expansion"].model is model("t_cell_expansion")
    return simulators["t_cell_expansion"]


@pytest.fixture(scope="session")
def yeast(simulators: Mapping[str, Simulator]) -> Simulator:
    return simulators["yeast_fed_batch"]


@pytest.fixture(scope="session")
def reference() -> Reference:
    """Integrate with scipy's Radau over Python floats: (model, x0, segments, times) -> states (n, nx)."""

    def integrate(
        declared: type[Model], x0: Mapping[str, float], segments: Sequence[Segment], times: Sequence[float]
    ) -> Array:
        s = declared.signature
        x, p = np.array(s.states.vector(x0)), s.parameters.vector()
        rows = [x]
        for start, end in pairwise(times):
            u = s.inputs.vector([g for g in segments if g.start_h <= start][-1].values)

            def rates(_: float, y: Array, u: tuple[float, ...] = u) -> Array:
                return np.array(declared.evaluate([float(v) for v in y], u, p)[0])

            x = solve_ivp(rates, (start, end), x, method="Radau", rtol=1e-10, atol=1e-11).y[:, -1]
            rows.append(x)
        return np.array(rows)

    return integrate
