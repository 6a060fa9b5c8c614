"""Frozen pieces compute what the learned model does."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import run_through
from homeostat.monitoring.latent import PCA, PLS, MultiblockPLS, freeze_prediction, freeze_scores

Array = NDArray[np.float64]


def table() -> tuple[Array, Array]:
    random = np.random.default_rng(1)
    x = random.standard_normal((30, 6)) * [1.0, 10.0, 1.0, 3.0, 1.0, 0.0] + 5.0
    return x, x[:, :2] @ [[1.0, 0.5], [0.2, 1.0]] + 0.1 * random.standard_normal((30, 2))


@pytest.mark.parametrize("target", [0, 1])
@pytest.mark.parametrize("size", [1, 3, None])
def test_a_frozen_prediction_is_that_of_the_model(target: int, size: int | None) -> None:
    x, y = table()
    model = PLS(3).fit(x, y)
    form = freeze_prediction(model, target, size)
    expected = model.predict_sizes(x)[(size or 3) - 1][:, target]
    np.testing.assert_allclose(form.predict(x), expected, rtol=1e-12)
    assert form.reference == pytest.approx(y[:, target].mean())


@pytest.mark.parametrize("estimator", [PCA(3), PLS(3), MultiblockPLS(3, blocks=(2, 4))])
def test_frozen_scores_are_those_of_the_model(estimator: PCA | PLS) -> None:
    x, y = table()
    estimator.fit(x, y)
    np.testing.assert_allclose(
        run_through(freeze_scores(estimator), x)[-1], estimator.transform(x), atol=1e-10
    )


@pytest.mark.parametrize(("target", "size"), [(2, None), (-1, None), (0, -1)])
def test_a_target_or_size_that_is_not_there_is_refused(target: int, size: int | None) -> None:
    with pytest.raises(MonitoringError, match="no target"):
        freeze_prediction(PLS(3).fit(*table()), target, size)
