"""Whether others tell of a quantity: two tanks, whose variances the exact flow and an information filter give."""

import numpy as np
import pytest
from scipy.linalg import expm

from homeostat.twin import Simulator
from homeostat.twin.observer import Doubt, Filter, Settings, Signal
from homeostat.twin.observer.entries import Advance, Entry, Reading
from homeostat.twin.observer.narrowing import NARROWED, narrowed

from .models import Tanks, square

FIRST, SECOND, TOTAL = 0, 1, 2
SD = {"first": 0.3, "second": 0.2}
NOISE = {FIRST: 0.1, SECOND: 0.15, TOTAL: 0.3}
H = {FIRST: np.array([1.0, 0.0]), SECOND: np.array([0.0, 1.0]), TOTAL: np.array([1.0, 1.0])}


@pytest.fixture(scope="module")
def of() -> Filter:
    names = ("first", "second", "total")
    settings = Settings(
        signals=tuple(Signal(name, name, Doubt(0.0, NOISE[k])) for k, name in enumerate(names)),
        initial={name: Doubt(0.0, sd) for name, sd in SD.items()},
        elsewhere=Doubt(),
        gate=100.0,
    )
    return Filter(Simulator(Tanks), settings, stride=0.01)


def _entries(signal: int, count: int) -> list[Entry]:
    """Readings of one signal, half an hour apart."""
    steps: list[Entry] = []
    for _ in range(count):
        steps += [*[Advance(0.01, (1.0,))] * 50, Reading(signal, 3.0)]
    return steps


def _exact(doubted: int, off: float, by: int | None, count: int) -> float:
    """The variance of a quantity at the end, by the exact flow and the information that readings bring."""
    flow = expm(0.5 * np.array([[-0.3, 0.0], [0.3, -0.9]]))
    own = np.diag([SD["first"] ** 2, SD["second"] ** 2])
    along = own @ H[doubted]
    P = own + (off / (H[doubted] @ along)) ** 2 * np.outer(along, along)
    for _ in range(count):
        P = flow @ P @ flow.T
        if by is not None:
            P = np.linalg.inv(np.linalg.inv(P) + np.outer(H[by], H[by]) / NOISE[by] ** 2)
    return float(H[doubted] @ P @ H[doubted])


@pytest.mark.parametrize("doubted", [FIRST, SECOND, TOTAL])
def test_a_quantity_alone_is_doubted(of: Filter, doubted: int) -> None:
    begun = of.begin((4.0, 1.0), (1.0,))
    estimate = of.doubting(begun, doubted, 0.7)
    assert estimate is not None
    assert of.variance(estimate, doubted) == pytest.approx(of.variance(begun, doubted) + 0.49)
    assert estimate.mean == begun.mean
    if doubted != TOTAL:
        more = square(of, estimate.covariance) - square(of, begun.covariance)
        assert np.count_nonzero(more) == 1


@pytest.mark.parametrize(
    ("doubted", "by"), [(FIRST, SECOND), (SECOND, FIRST), (FIRST, TOTAL), (TOTAL, SECOND)]
)
@pytest.mark.parametrize("off", [0.1, 0.5, 3.0])
@pytest.mark.parametrize("count", [1, 4, 12])
def test_it_is_what_exact_variances_say(of: Filter, doubted: int, by: int, off: float, count: int) -> None:
    start = of.begin((4.0, 1.0), (1.0,))
    share = _exact(doubted, off, by, count) / _exact(doubted, off, None, count)
    assert abs(share - NARROWED) > 0.005  # otherwise the case tells nothing
    assert narrowed(of, start, _entries(by, count), doubted, off) == (share <= NARROWED)


def test_its_own_readings_tell_nothing(of: Filter) -> None:
    start = of.begin((4.0, 1.0), (1.0,))
    assert not narrowed(of, start, _entries(FIRST, 12), FIRST, 0.5)


def test_what_cannot_be_doubted_is_not_narrowed() -> None:
    """Of a quantity that is known exactly nothing can be doubted."""
    settings = Settings((Signal("first", "first", Doubt(0.0, 0.1)),), elsewhere=Doubt())
    sure = Filter(Simulator(Tanks), settings)
    assert not narrowed(sure, sure.begin((4.0, 1.0), (1.0,)), [], 0, 0.5)
