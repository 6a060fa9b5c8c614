"""From a learned model to frozen pieces: steps and a form that a model package can hold."""

import numpy as np

from homeostat.monitoring.frozen import Autoscale, Impute, Linear, Project, Step
from homeostat.monitoring.latent.errors import LatentError
from homeostat.monitoring.latent.estimator import Latent
from homeostat.monitoring.latent.pls import PLS


def freeze_scores(model: Latent) -> tuple[Step, ...]:
    """The steps from raw rows (n, p) to the scores (n, a) of a learned PCA or PLS.

    A missing value stands at its mean, where the learned model would regress it on what is there.
    """
    scaling = model.scaling_
    return (
        Impute(values=scaling.mean),
        Autoscale(mean=scaling.mean, deviation=scaling.scale),
        Project(loadings=model.plane_.rotations),
    )


def freeze_prediction(model: PLS, target: int = 0, size: int | None = None) -> Linear:
    """The linear form from raw rows (n, p) to one `target` of a learned PLS, from its first `size` components.

    Raises LatentError when there is no such target or size.
    """
    size = model.n_components_ if size is None else size
    if not (0 <= target < len(model.y_loadings_) and size >= 0):
        raise LatentError(f"the model has no target {target} or no size {size}", mend="count targets from 0")
    return Linear(
        coefficients=np.ascontiguousarray(model.coefficients(size)[target]),
        center=model.scaling_.mean,
        intercept=float(model.y_scaling_.mean[target]),
    )
