"""What holds for every form: one set of bits, contributions that sum to the value, JSON that keeps both."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from homeostat.monitoring.frozen import (
    Array,
    Autoscale,
    Blend,
    Form,
    Kernel,
    Linear,
    Logistic,
    Mean,
    Project,
    Staged,
    Trees,
)

RNG = np.random.default_rng(7)
WIDTH = 4


def kernel(shape: str) -> Kernel:
    """A kernel form on random rows with its whitener."""
    rows = RNG.normal(size=(9, WIDTH))
    return Kernel.model_validate(
        {
            "shape": shape,
            "rows": rows,
            "alpha": RNG.normal(size=9),
            "lengths": RNG.uniform(0.5, 3, WIDTH),
            "amplitude": 1.7,
            "center": rows.mean(axis=0),
            "slopes": RNG.normal(size=WIDTH),
            "intercept": 0.3,
            "noise": 0.1,
            "whitener": np.tril(RNG.normal(size=(9, 9)) * 0.1),
        }
    )


def trees() -> Trees:
    """Two small trees, of which the first asks one feature twice."""
    return Trees(
        base=0.5,
        roots=[0, 7],
        feature=[1, 0, 1, -1, -1, -1, -1, 3, -1, -1],
        threshold=[0.2, -0.1, 0.9, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        left=[1, 3, 5, 0, 0, 0, 0, 8, 0, 0],
        right=[2, 4, 6, 0, 0, 0, 0, 9, 0, 0],
        missing_left=[0, 1, 0, 0, 0, 0, 0, 1, 0, 0],
        values=[0.0, 0.0, 0.0, 1.0, -2.0, 0.7, 3.1, 0.0, -0.4, 0.6],
        cover=[20.0, 12.0, 8.0, 5.0, 7.0, 3.0, 5.0, 20.0, 11.0, 9.0],
    )


LINE = Linear(coefficients=RNG.normal(size=WIDTH), center=RNG.normal(size=WIDTH), intercept=1.5)
STAGED = Staged(
    steps=(
        Autoscale(mean=RNG.normal(size=WIDTH), deviation=RNG.uniform(0.5, 2, WIDTH)),
        Project(loadings=RNG.normal(size=(WIDTH, 2))),
    ),
    form=Linear(coefficients=[1.0, -2.0], center=[0.0, 0.0], intercept=0.2),
)
FORMS: dict[str, Form] = {
    "linear": LINE,
    "mean": Mean(level=3.25),
    "rbf": kernel("rbf"),
    "matern52": kernel("matern52"),
    "trees": trees(),
    "staged": STAGED,
    "blend": Blend(forms=(LINE, kernel("rbf"), trees()), weights=[0.2, 0.5, 0.3]),
    "logistic": Logistic(form=LINE),
}
ROWS = arrays(np.float64, (3, WIDTH), elements=st.floats(-50, 50))


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=20)
@given(x=ROWS)
def test_a_row_never_depends_on_the_others(name: str, x: Array) -> None:
    form = FORMS[name]
    for found in (form.predict, form.scale, form.contributions):
        whole = found(x)
        alone = np.concatenate([found(row[None]) for row in x])
        assert whole.tobytes() == alone.tobytes()
        assert found(np.repeat(x, 3, axis=0))[::3].tobytes() == whole.tobytes()
        assert found(np.asfortranarray(x)[::-1])[::-1].tobytes() == whole.tobytes()


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=20)
@given(x=ROWS)
def test_plain_floats_give_the_same_bits(name: str, x: Array) -> None:
    form = FORMS[name]
    value, scale, parts = form.predict(x), form.scale(x), form.contributions(x)
    for place, row in enumerate(x.tolist()):
        assert form.value(row) == value[place]
        assert form.spread(row) == scale[place]
        assert form.parts(row) == parts[place].tolist()


@pytest.mark.parametrize("name", FORMS)
@settings(max_examples=20)
@given(x=ROWS)
def test_contributions_sum_to_the_value_less_the_reference(name: str, x: Array) -> None:
    form = FORMS[name]
    parts = form.contributions(x)
    bound = 1e-12 * (1.0 + np.abs(parts).sum(axis=1))
    assert (np.abs(parts.sum(axis=1) - (form.predict(x) - form.reference)) <= bound).all()


@pytest.mark.parametrize("name", FORMS)
def test_json_keeps_every_bit(name: str) -> None:
    form = FORMS[name]
    again = type(form).model_validate_json(form.model_dump_json())
    x = RNG.normal(size=(20, WIDTH))
    assert again.predict(x).tobytes() == form.predict(x).tobytes()
    assert again.contributions(x).tobytes() == form.contributions(x).tobytes()
    assert again.scale(x).tobytes() == form.scale(x).tobytes()


def test_a_probability_close_to_its_reference_has_the_slope_of_the_curve() -> None:
    form = Logistic(form=Linear(coefficients=[1.0], center=[0.0], intercept=0.0))
    np.testing.assert_allclose(form.contributions(np.array([[1e-12], [0.0]])), [[2.5e-13], [0.0]], rtol=1e-6)


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (
            {"kind": "linear", "coefficients": [1.0], "center": [0.0, 1.0], "intercept": 0.0},
            "as many coefficients",
        ),
        (
            {"kind": "blend", "forms": [{"kind": "mean", "level": 1.0}], "weights": [1.0, 2.0]},
            "as many weights",
        ),
        ({"kind": "blend", "forms": [], "weights": []}, "at least 1"),
    ],
)
def test_parts_that_do_not_fit_are_refused(form: dict[str, object], told: str) -> None:
    classes = {"linear": Linear, "blend": Blend}
    with pytest.raises(ValueError, match=told):
        classes[str(form["kind"])].model_validate(form)


def test_a_linear_form_after_a_projection_is_explained_as_a_whole() -> None:
    x = RNG.normal(size=(6, WIDTH))
    assert STAGED.contributions(x).shape == x.shape
