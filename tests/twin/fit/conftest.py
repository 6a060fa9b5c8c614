"""Tiny models with closed forms, so that every estimate can be checked by hand or by an independent method."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.twin import Model, input, output, parameter, state
from homeostat.twin.algebra import Algebra, Value
from homeostat.twin.fit import Noise, Run

Array = NDArray[np.float64]
MakeRun = Callable[..., Run]


class Decay(Model):
    """First-order decay: amount exp(-rate t)."""

    amount = state(1.0, "g/L", "what decays")
    rate = parameter(0.5, "1/h", "rate of decay", low=0.0, high=1000.0)

    def rates(self, m: Algebra) -> dict[str, Value]:
        """amount' = -rate amount."""
        return {"amount": -self.rate * self.amount}


class Line(Model):
    """A straight line, linear in everything that may be learnt."""

    level = state(0.0, "g/L", "value on the line", low=-1e6)
    slope = parameter(1.0, "g/(L h)", "slope", low=-1e3, high=1e3)

    def rates(self, m: Algebra) -> dict[str, Value]:
        """level' = slope."""
        return {"level": self.slope}


class Product(Model):
    """Production with two factors of which the state shows the product alone; `idle` does nothing."""

    x = state(1.0, "g/L", "product")
    drive = input(1.0, "1", "drive", low=0.0, high=10.0)
    a = parameter(0.5, "1/h", "first factor", low=0.0, high=100.0)
    b = parameter(0.5, "g/L", "second factor", low=0.0, high=100.0)
    loss = parameter(0.5, "1/h", "loss", low=0.0, high=100.0)
    idle = parameter(0.5, "1/h", "without effect", low=0.0, high=100.0)
    first = output("g/(L h)", "what the first factor makes of x")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """x' = drive a b - loss x."""
        return {"x": self.drive * self.a * self.b - self.loss * self.x}

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """The first factor times x."""
        return {"first": self.a * self.x}


class Level(Model):
    """A constant, observed by its logarithm: a linear mixed model when the level is log-normal between donors."""

    level = state(1.0, "g/L", "level", low=1e-9)
    drift = parameter(0.0, "1/h", "drift of the logarithm", low=-10.0, high=10.0)
    logarithm = output("1", "natural logarithm of the level")

    def rates(self, m: Algebra) -> dict[str, Value]:
        """level' = drift level."""
        return {"level": self.drift * self.level}

    def outputs(self, m: Algebra) -> dict[str, Value]:
        """ln level."""
        return {"logarithm": m.log(self.level)}


class Fragile(Decay):
    """Decay that cannot be simulated faster than a limit: its state would become infinite."""

    def rates(self, m: Algebra) -> dict[str, Value]:
        """Explodes for rates above 2."""
        exploding = 1e30 * self.amount * self.amount
        return {"amount": m.if_else(self.rate > 2.0, exploding, -self.rate * self.amount)}


@pytest.fixture(scope="session")
def decay() -> type[Model]:
    return Decay


@pytest.fixture(scope="session")
def line() -> type[Model]:
    return Line


@pytest.fixture(scope="session")
def product() -> type[Model]:
    return Product


@pytest.fixture(scope="session")
def level() -> type[Model]:
    return Level


@pytest.fixture(scope="session")
def fragile() -> type[Model]:
    return Fragile


@pytest.fixture(scope="session")
def decay_run() -> MakeRun:
    """Noisy decay from a seed: (name, amount, rate, seed, sigma, times) -> Run."""

    def make(
        name: str = "a",
        amount: float = 3.0,
        rate: float = 0.7,
        seed: int = 0,
        sigma: float = 0.05,
        times: Array | None = None,
    ) -> Run:
        t = np.linspace(0.0, 8.0, 17) if times is None else times
        noise = sigma * np.random.default_rng(seed).standard_normal(len(t))
        return Run.of(name, t, {"amount": amount * np.exp(-rate * t) + noise}, {"amount": Noise(sigma)})

    return make


@pytest.fixture(scope="session")
def product_run() -> Run:
    t = np.linspace(0.5, 8.0, 8)
    x = 0.5 + 0.5 * np.exp(-0.5 * t) + 0.01 * np.random.default_rng(5).standard_normal(8)
    return Run.of("p", t, {"x": x}, {"x": Noise(0.01)})
