"""The bare kernel that PLS is timed against computes the same model."""

import numpy as np

from homeostat.bench.watch.latent import bare_kernel
from homeostat.monitoring.latent import PLS


def test_the_bare_kernel_gives_the_coefficients_of_the_fit() -> None:
    random = np.random.default_rng(1)
    x = random.standard_normal((20, 50))
    y = x[:, 0] + random.standard_normal(20)
    z, t = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1), (y - y.mean()) / y.std(ddof=1)
    model = PLS(3).fit(z, t)
    np.testing.assert_allclose(bare_kernel(z, t, 3), model.coef_[0], atol=1e-10)
