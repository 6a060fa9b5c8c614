"""What a PLS fit of a wide table costs, beside the bare arithmetic it cannot do without and beside others' fits.

Processor time on one BLAS thread, all in turn, so that each meets the same load of the machine.
"""

import importlib.util
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from homeostat.bench.absent import absent
from homeostat.bench.measuring import in_turn, seconds, spread
from homeostat.bench.result import Result, Rival, Spread
from homeostat.monitoring.latent import PLS

Array = NDArray[np.float64]

ROWS, COLUMNS, COMPONENTS = 100, 30_000, 4
KERNEL_BAR = 2.0
RIVAL_BAR = 20.0
SEED = 4
IMPROVE = "process-improve"


def measure(*, quick: bool) -> list[Result]:
    """The fit in ms and its ratio to the bare kernel and to process-improve; `quick` repeats it less often."""
    x, y = table()
    times = 5 if quick else 15

    def ours() -> object:
        return PLS(COMPONENTS).fit(x, y)

    with threadpool_limits(limits=1):
        fit, kernel = _measured(times, [ours, _kernel(x, y)])
        rivals = _rivals(x, y)
        beside, *others = _measured(times, [ours, *rivals.values()])
    named = dict(zip(rivals, others, strict=True))
    size = f"PLS of {ROWS} x {COLUMNS:,}, {COMPONENTS} components"
    results = [
        Result(
            f"latent: {size}, processor time of a fit",
            beside,
            "ms",
            better="less",
            rivals=tuple(Rival(name, found, "ms") for name, found in named.items()),
        ),
        Result(
            f"latent: {size}, times the bare kernel on rows that are scaled already",
            spread([fit.median / kernel.median]),
            "x",
            bar=KERNEL_BAR,
            better="less",
            rivals=(Rival("fit", fit, "ms"), Rival("bare kernel", kernel, "ms")),
        ),
    ]
    if IMPROVE in named:
        faster = spread([named[IMPROVE].median / beside.median])
        return [*results, Result(f"latent: {size}, times as fast as {IMPROVE}", faster, "x", bar=RIVAL_BAR)]
    return [*results, absent("latent", IMPROVE)]


def table() -> tuple[Array, Array]:
    """Rows (ROWS, COLUMNS) of four latent variables and noise, and a target (ROWS,) that follows from two."""
    random = np.random.default_rng(SEED)
    scores = random.standard_normal((ROWS, 4))
    x = scores @ random.standard_normal((4, COLUMNS)) + random.standard_normal((ROWS, COLUMNS))
    return x, scores[:, 0] - scores[:, 1] + 0.1 * random.standard_normal(ROWS)


def bare_kernel(x: Array, y: Array, count: int) -> Array:
    """Improved kernel algorithm 1 for one target, nothing checked, scaled or kept: the coefficients (p,)."""
    covariance = x.T @ y
    loadings: list[Array] = []
    rotations: list[Array] = []
    coefficients = np.zeros(x.shape[1])
    for _ in range(count):
        weight = covariance / np.sqrt(covariance @ covariance)
        rotation = weight.copy()
        for loading, earlier in zip(loadings, rotations, strict=True):
            rotation -= (loading @ weight) * earlier
        score = x @ rotation
        squared = score @ score
        loadings.append(score @ x / squared)
        rotations.append(rotation)
        share = rotation @ covariance / squared
        covariance -= (share * squared) * loadings[-1]
        coefficients += share * rotation
    return coefficients


def _kernel(x: Array, y: Array) -> Callable[[], object]:
    scaled, target = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1), (y - y.mean()) / y.std(ddof=1)
    return lambda: bare_kernel(scaled, target, COMPONENTS)


def _rivals(x: Array, y: Array) -> dict[str, Callable[[], object]]:
    """The fits of the packages that are installed."""
    makers = {
        "sklearn": ("scikit-learn", _sklearn),
        "ikpls": ("ikpls, algorithm 1", _ikpls),
        "process_improve": (IMPROVE, _process_improve),
    }
    return {
        name: maker(x, y)
        for module, (name, maker) in makers.items()
        if importlib.util.find_spec(module) is not None
    }


def _sklearn(x: Array, y: Array) -> Callable[[], object]:
    peer: Any = importlib.import_module("sklearn.cross_decomposition")
    return lambda: peer.PLSRegression(COMPONENTS).fit(x, y)


def _ikpls(x: Array, y: Array) -> Callable[[], object]:
    peer: Any = importlib.import_module("ikpls.numpy")
    return lambda: peer.PLS(algorithm=1).fit(x, y, COMPONENTS)


def _process_improve(x: Array, y: Array) -> Callable[[], object]:
    """Its own fit on a table that is scaled already, which spares it that work."""
    peer: Any = importlib.import_module("process_improve.multivariate")
    frames: Any = importlib.import_module("pandas")
    scaled = frames.DataFrame((x - x.mean(axis=0)) / x.std(axis=0, ddof=1))
    target = frames.DataFrame((y - y.mean()) / y.std(ddof=1))
    return lambda: peer.PLS(n_components=COMPONENTS, scale=False).fit(scaled, target)


def _measured(times: int, fits: Sequence[Callable[[], object]]) -> list[Spread]:
    """Processor time (ms) of each fit, in turn, after each has run once."""
    for fit in fits:
        fit()
    return in_turn(times, *map(_processor, fits))


def _processor(fit: Callable[[], object]) -> Callable[[], float]:
    return lambda: 1e3 * seconds(fit, time.process_time)
