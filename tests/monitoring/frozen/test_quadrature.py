"""Gauss-Legendre rules against numpy's, and against the polynomials they must integrate exactly."""

import numpy as np
import pytest

from homeostat.monitoring.frozen.quadrature import gauss


@pytest.mark.parametrize("n", [1, 2, 3, 7, 16, 32])
def test_nodes_and_weights_are_numpys(n: int) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(n)
    np.testing.assert_allclose(gauss(n).nodes, (nodes + 1) / 2, atol=1e-15)
    np.testing.assert_allclose(gauss(n).weights, weights / 2, atol=1e-14)


@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_polynomials_up_to_twice_the_nodes_are_exact(n: int) -> None:
    rule = gauss(n)
    for power in range(2 * n):
        found = sum(w * u**power for u, w in zip(*rule, strict=True))
        assert found == pytest.approx(1.0 / (power + 1), rel=1e-14)
