"""Frozen pieces as JSON: the same bits back, and nothing read that is not a known piece of finite numbers."""

import json
from typing import Literal

import numpy as np
import pytest
from pydantic import BaseModel, ValidationError

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import (
    AnyForm,
    AnyStep,
    Array,
    Autoscale,
    Center,
    Linear,
    Mean,
    Select,
    Step,
)


class Holder(BaseModel):
    """Something that holds any pieces."""

    steps: tuple[AnyStep, ...]
    form: AnyForm


class Halve(Step):
    """A step that this test brings along: two columns become one."""

    kind: Literal["test-halve"] = "test-halve"

    def apply(self, x: Array) -> Array:
        """The first half of the columns."""
        return x[:, : x.shape[1] // 2]


def test_a_holder_comes_back_from_json_with_the_same_bits() -> None:
    numbers = np.random.default_rng(1).normal(size=5) * 10.0 ** np.arange(-300, 301, 150)
    holder = Holder(
        steps=(Autoscale(mean=numbers, deviation=np.abs(numbers)), Select(columns=np.array([2, 0]))),
        form=Linear(coefficients=numbers[:2], center=numbers[1:3], intercept=0.1),
    )
    text = holder.model_dump_json()
    again = Holder.model_validate_json(text)
    assert again.model_dump_json() == text
    scale = again.steps[0]
    assert isinstance(scale, Autoscale)
    assert scale.mean.tobytes() == numbers.tobytes()
    assert isinstance(again.form, Linear)


def test_a_new_kind_is_known_once_its_class_is() -> None:
    again = Holder.model_validate({"steps": [{"kind": "test-halve"}], "form": {"kind": "mean", "level": 1.0}})
    assert isinstance(again.steps[0], Halve)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ({"kind": "spell"}, "no step of kind 'spell'"),
        ({"kind": "mean", "level": 1.0}, "no step of kind 'mean'"),
        ({}, "no step of kind None"),
        ({"kind": "center", "mean": [1.0, None]}, "an array of numbers is wanted"),
        ({"kind": "center", "mean": ["1.0"]}, "an array of numbers is wanted"),
        ({"kind": "center", "mean": {"a": 1}}, "an array of numbers is wanted"),
        ({"kind": "center", "mean": [[1.0], [1.0, 2.0]]}, "an array of numbers is wanted"),
        ({"kind": "center", "mean": [[1.0]]}, "1 dimension"),
        ({"kind": "center", "mean": [float("nan")]}, "not finite"),
        ({"kind": "center", "mean": [float("inf")]}, "not finite"),
        ({"kind": "center", "mean": [1.0], "more": 1}, "Extra inputs"),
        ({"kind": "select", "columns": [0.5]}, "list of integers"),
        ({"kind": "select", "columns": [[1]]}, "list of integers"),
        ({"kind": "select", "columns": [-1]}, "different places"),
        ({"kind": "select", "columns": [1, 1]}, "different places"),
        ({"kind": "autoscale", "mean": [1.0], "deviation": [0.0]}, "positive deviation"),
    ],
)
def test_what_is_not_a_piece_is_refused(step: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Holder.model_validate({"steps": [step], "form": {"kind": "mean", "level": 1.0}})


def test_two_classes_cannot_share_a_kind() -> None:
    with pytest.raises(TypeError, match="two kinds of piece are called 'center'"):
        type("Other", (Center,), {"__module__": __name__, "__annotations__": {}})


def test_arrays_of_a_piece_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        Center(mean=np.ones(2)).mean[0] = 2.0
    with pytest.raises(ValidationError, match="frozen"):
        Mean(level=1.0).__setattr__("level", 2.0)


def test_a_step_that_mixes_columns_must_tell_where_contributions_belong() -> None:
    with pytest.raises(MonitoringError, match="which of its inputs"):
        Halve().back(np.ones((1, 4)), np.ones((1, 2)))


def test_json_of_a_piece_is_plain() -> None:
    assert json.loads(Center(mean=np.array([0.1])).model_dump_json()) == {"kind": "center", "mean": [0.1]}


def test_pieces_are_equal_when_every_bit_is() -> None:
    one, same = Center(mean=np.array([0.1, 0.2])), Center(mean=[0.1, 0.2])
    assert one == same
    assert hash(one) == hash(same)
    assert one != Center(mean=[0.1, np.nextafter(0.2, 1.0)])
    assert one != Mean(level=0.1)
    assert Center(mean=[0.0]) != Center(mean=[-0.0])
