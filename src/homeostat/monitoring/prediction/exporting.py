"""From fitted scikit-learn estimators to frozen forms.

In: a fitted estimator (nothing of scikit-learn is imported here). Out: a `Form` whose predictions are the estimator's
to rounding; for a classifier of two classes, the probability of the second one.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Form, Kernel, Linear, Logistic, Trees

LARGEST = float(np.finfo(np.float64).max)


def from_linear(estimator: Any, center: Array | None = None) -> Form:
    """A linear regressor, PLS regression or logistic regression; contributions count from `center` (p,), 0 if None."""
    coefficients = np.asarray(estimator.coef_, np.float64)
    if coefficients.size != coefficients.shape[-1]:
        raise _refused(estimator, "it has more than one target")
    weights = coefficients.ravel()
    offset = float(np.ravel(estimator.intercept_)[0])
    if hasattr(
        estimator, "x_scores_"
    ):  # PLSRegression counts its intercept from the mean of the training rows
        offset -= float(estimator._x_mean @ weights)
    middle = np.zeros(len(weights)) if center is None else center
    form = Linear(coefficients=weights, center=middle, intercept=offset + float(middle @ weights))
    return Logistic(form=form) if _two_classes(estimator) else form


def from_trees(estimator: Any) -> Form:
    """Gradient boosting (both kinds), random forests and extra trees, for regression or two classes."""
    exporter = _EXPORTERS.get(type(estimator).__name__)
    if exporter is None:
        raise _refused(estimator, "it is none of " + ", ".join(_EXPORTERS))
    return exporter(estimator)


def from_gaussian_process(estimator: Any, center: Array, trend: Linear | None = None) -> Kernel:
    """A Gaussian-process regressor with a constant times RBF or Matérn 5/2 kernel, plus white noise or not.

    With `trend`, the process was fitted to what a linear form leaves over. Contributions count from `center` (q,).
    """
    amplitude, shape, lengths, noise = _kernel(estimator)
    rows = np.asarray(estimator.X_train_, np.float64)
    spread, mean = (float(np.ravel(part)[0]) for part in (estimator._y_train_std, estimator._y_train_mean))
    slopes = np.zeros(rows.shape[1]) if trend is None else trend.coefficients
    level = 0.0 if trend is None else trend.intercept + float((center - trend.center) @ slopes)
    return Kernel(
        shape=shape,
        rows=rows,
        alpha=np.ravel(estimator.alpha_) / spread,
        lengths=np.broadcast_to(lengths, rows.shape[1]).copy(),
        amplitude=amplitude * spread**2,
        center=center,
        slopes=slopes,
        intercept=mean + level,
        noise=noise * spread**2,
        whitener=np.linalg.solve(estimator.L_ * spread, np.eye(len(rows))),
    )


def _kernel(estimator: Any) -> tuple[float, Any, Array, float]:
    """Amplitude, shape, lengths and noise of the fitted kernel."""
    factors = {"ConstantKernel": 1.0, "WhiteKernel": 0.0}
    shape, lengths = None, np.ones(1)
    for part in _leaves(estimator.kernel_, estimator):
        name = type(part).__name__
        if name == "ConstantKernel":
            factors[name] *= part.constant_value
        elif name == "WhiteKernel":
            factors[name] += part.noise_level
        elif shape is None and (name == "RBF" or (name == "Matern" and part.nu == 2.5)):
            shape, lengths = ("rbf" if name == "RBF" else "matern52"), np.atleast_1d(part.length_scale)
        else:
            raise _refused(estimator, f"its kernel holds {part}")
    if shape is None:
        raise _refused(estimator, "its kernel is no RBF or Matérn 5/2")
    return factors["ConstantKernel"], shape, lengths, factors["WhiteKernel"]


def _leaves(kernel: Any, estimator: Any) -> list[Any]:
    name = type(kernel).__name__
    if name not in {"Sum", "Product"}:
        return [kernel]
    sides = [*_leaves(kernel.k1, estimator), *_leaves(kernel.k2, estimator)]
    names = [type(side).__name__ for side in sides]
    if (name == "Product" and "WhiteKernel" in names) or (name == "Sum" and "WhiteKernel" not in names):
        raise _refused(estimator, f"its kernel is {kernel}")
    return sides


def _histogram(estimator: Any) -> Form:
    if estimator.is_categorical_ is not None and np.any(estimator.is_categorical_):
        raise _refused(estimator, "it has categorical inputs")
    if getattr(estimator, "loss", "") in {"poisson", "gamma"}:
        raise _refused(estimator, "its loss has a logarithmic link")
    probability = _two_classes(estimator)
    trees = [_histogram_tree(tree.nodes) for (tree,) in estimator._predictors]
    form = _joined(float(np.ravel(estimator._baseline_prediction)[0]), trees)
    return Logistic(form=form) if probability else form


def _histogram_tree(nodes: Any) -> Mapping[str, Any]:
    leaf = nodes["is_leaf"].astype(bool)
    return {
        "feature": np.where(leaf, -1, nodes["feature_idx"].astype(np.int64)),
        "threshold": np.where(leaf, 0.0, _bounded(nodes["num_threshold"])),
        "left": np.where(leaf, 0, nodes["left"].astype(np.int64)),
        "right": np.where(leaf, 0, nodes["right"].astype(np.int64)),
        "missing_left": nodes["missing_go_to_left"].astype(np.int64),
        "values": nodes["value"].astype(np.float64),
        "cover": nodes["count"].astype(np.float64),
    }


def _boosting(estimator: Any) -> Form:
    if getattr(estimator, "n_classes_", 2) > 2:
        raise _refused(estimator, "it has more than two classes")
    nothing = np.zeros((1, estimator.n_features_in_), np.float32)
    base = float(np.ravel(estimator._raw_predict_init(nothing))[0])
    trees = [_plain_tree(tree.tree_, 0, estimator.learning_rate) for (tree,) in estimator.estimators_]
    form = _joined(base, trees)
    return Logistic(form=form) if _two_classes(estimator) else form


def _forest(estimator: Any) -> Form:
    column = 1 if _two_classes(estimator) else 0
    count = len(estimator.estimators_)
    return _joined(0.0, [_plain_tree(tree.tree_, column, 1.0 / count) for tree in estimator.estimators_])


def _plain_tree(tree: Any, column: int, factor: float) -> Mapping[str, Any]:
    leaf = tree.children_left < 0
    values = tree.value[:, 0, :]
    shares = values[:, column] / values.sum(axis=1) if values.shape[1] > 1 else values[:, 0]
    cover = tree.weighted_n_node_samples
    return {
        "feature": np.where(leaf, -1, tree.feature),
        "threshold": np.where(leaf, 0.0, _bounded(_widened(tree.threshold))),
        "left": np.where(leaf, 0, tree.children_left),
        "right": np.where(leaf, 0, tree.children_right),
        "missing_left": tree.missing_go_to_left.astype(
            np.int64
        ),  # the larger side where training had no gaps
        "values": shares * factor,
        "cover": cover,
    }


def _widened(threshold: Array) -> Array:
    """Thresholds on doubles that split as these do on values rounded to single precision, as scikit-learn's trees do.

    A double rounds to at most f, the largest single <= threshold, if it is below the middle between f and the next
    single, or at the middle and f is even.
    """
    below = threshold.astype(
        np.float32
    )  # infinite where the threshold is: such a node asks for missing values only
    below = np.where(below.astype(np.float64) > threshold, np.nextafter(below, np.float32(-np.inf)), below)
    above = np.nextafter(below, np.float32(np.inf))
    middle = 0.5 * (below.astype(np.float64) + above.astype(np.float64))
    even = (below.view(np.int32) & 1) == 0
    return np.where(even, middle, np.nextafter(middle, -np.inf))


def _bounded(threshold: Array) -> Array:
    """Thresholds that JSON can hold: beyond every number, and so at infinity, lie only missing values."""
    return np.clip(threshold, -LARGEST, LARGEST)


def _joined(base: float, trees: list[Mapping[str, Any]]) -> Trees:
    starts = np.cumsum([0, *(len(tree["feature"]) for tree in trees)])
    parts: dict[str, Any] = {name: np.concatenate([tree[name] for tree in trees]) for name in trees[0]}
    shift = np.repeat(starts[:-1], np.diff(starts))
    parts["left"], parts["right"] = parts["left"] + shift, parts["right"] + shift
    return Trees(base=base, roots=starts[:-1], **parts)


def _two_classes(estimator: Any) -> bool:
    classes = getattr(estimator, "classes_", None)
    if classes is None:
        return False
    if len(classes) != 2:
        raise _refused(estimator, "it has more or fewer than two classes")
    return True


def _refused(estimator: Any, why: str) -> MonitoringError:
    return MonitoringError(f"{type(estimator).__name__} cannot be frozen: {why}", where="exporting")


_EXPORTERS: Mapping[str, Callable[[Any], Form]] = {
    "HistGradientBoostingRegressor": _histogram,
    "HistGradientBoostingClassifier": _histogram,
    "GradientBoostingRegressor": _boosting,
    "GradientBoostingClassifier": _boosting,
    "RandomForestRegressor": _forest,
    "RandomForestClassifier": _forest,
    "ExtraTreesRegressor": _forest,
    "ExtraTreesClassifier": _forest,
}
