"""Digests of tables: the same for the same content, another for any other."""

import numpy as np
import pytest

from homeostat.monitoring.package import table_digest
from homeostat.monitoring.package.canonical import canonical

TABLE = {"x": np.array([1.0, np.nan]), "name": ["a", "b"]}


def test_the_order_of_columns_and_the_kind_of_nan_do_not_matter() -> None:
    other = -np.array([1.0, np.nan]) * np.array([-1.0, 1.0])
    assert table_digest({"name": ["a", "b"], "x": other}) == table_digest(TABLE)


@pytest.mark.parametrize(
    "change",
    [
        {"x": np.array([1.0 + 2.0**-52, np.nan])},
        {"x": np.array([np.nan, 1.0])},
        {"name": ["a", "c"]},
        {"name": ["b", "a"]},
        {"y": [1.0, 2.0]},
    ],
)
def test_any_other_content_has_another_digest(change: dict[str, list[float]]) -> None:
    assert table_digest(TABLE | change) != table_digest(TABLE)


def test_numbers_without_a_json_form_are_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        canonical([float("nan")])
