"""Changing values in a process file: the rest of its text stays as it was written."""

import pytest
import yaml

from homeostat.errors import ProcessError
from homeostat.process.editing import edited

TEXT = """\
version: 1.0.0 # of the file
twin:
  parameters: # as fitted
    mu: 0.04 1/h # a comment
  donor: {mu: 12 %, k: 3 %}
list: [1, 2]
"""


def test_a_value_is_replaced_and_nothing_else() -> None:
    assert edited(TEXT, {("twin", "parameters", "mu"): "0.05 1/h"}) == TEXT.replace("0.04 1/h", "0.05 1/h")


def test_several_values_are_replaced_at_once() -> None:
    text = edited(
        TEXT, {("version",): "1.1.0", ("twin", "donor", "k"): "4 %", ("twin", "donor", "mu"): "1 %"}
    )
    assert text == TEXT.replace("1.0.0", "1.1.0").replace("12 %", "1 %").replace("3 %", "4 %")


def test_what_is_missing_is_added_to_its_mapping() -> None:
    changes = {
        ("twin", "parameters", "k"): "2 mmol/L",
        ("twin", "donor", "new"): "7 %",
        ("approval", "state"): "draft",
        ("twin", "observer", "learn", "mu"): "9 %",
    }
    read = yaml.safe_load(edited(TEXT, changes))
    assert read["twin"]["parameters"] == {"k": "2 mmol/L", "mu": "0.04 1/h"}
    assert read["twin"]["donor"] == {"new": "7 %", "mu": "12 %", "k": "3 %"}
    assert read["approval"] == {"state": "draft"}
    assert read["twin"]["observer"] == {"learn": {"mu": "9 %"}}


@pytest.mark.parametrize("path", [("list",), ("twin",), ("version", "deeper"), ("list", "0")])
def test_what_is_no_single_value_is_not_changed(path: tuple[str, ...]) -> None:
    with pytest.raises(ProcessError, match="there is no value at"):
        edited(TEXT, {path: "x"})
