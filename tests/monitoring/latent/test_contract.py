"""scikit-learn's own checks of its contract, for every estimator."""

from importlib.util import find_spec

import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.utils.estimator_checks import check_estimator

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent import CVA, DPCA, PCA, PLS, MultiblockPCA, MultiblockPLS

ESTIMATORS = [PCA, PLS, DPCA, CVA, MultiblockPCA, MultiblockPLS]
BEYOND_REACH = {"check_array_api_input"}  # it wants SCIPY_ARRAY_API set before scipy is imported
if find_spec("pandas") is None:  # comes with the extra "bench"
    BEYOND_REACH.add("check_regressor_data_not_an_array")


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_scikit_learns_contract_is_kept(estimator: type[BaseEstimator]) -> None:
    results = check_estimator(estimator(), on_skip=None)
    skipped = {result["check_name"] for result in results if result["status"] != "passed"}
    assert skipped <= BEYOND_REACH


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_constructor_only_stores(estimator: type[BaseEstimator]) -> None:
    model = estimator(n_components=7)
    assert vars(model).keys() == model.get_params().keys()
    assert clone(model).get_params() == model.get_params()


@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_a_number_of_components_that_is_none_is_refused(
    estimator: type[BaseEstimator], count: object
) -> None:
    with pytest.raises(MonitoringError, match="no number of components"):
        estimator(n_components=count).fit([[1.0, 2.0], [2.0, 1.0], [0.0, 1.0]], [1.0, 2.0, 3.0])


def test_names_of_scores_follow_the_class() -> None:
    model = PCA(2).fit([[1.0, 2.0, 0.0], [2.0, 1.0, 1.0], [0.0, 1.0, 5.0], [1.0, 1.0, 2.0]])
    assert model.get_feature_names_out().tolist() == ["pca0", "pca1"]
