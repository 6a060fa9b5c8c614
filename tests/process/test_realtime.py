"""What may stand for an assay: the right quantity, in a unit that converts, from a model meant for it."""

import pytest

from homeostat.process import load
from homeostat.process.realtime import Foreteller, comparable, foreteller, measured_at, quantity_of, unfit

from .test_release import MINI

GOOD = {
    "format": "homeostat model 1",
    "name": "soft",
    "target": "viability",
    "unit": "%",
    "classes": None,
    "use": {"critical": True, "adaptive": False},
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, []),
        ({"unit": "1"}, []),
        ({"format": "homeostat watcher 1"}, ["tells no value"]),
        ({"classes": ["bad", "good"]}, ["tells no value"]),
        ({"use": {"critical": True, "adaptive": True}}, ["critical use"]),
        ({"use": {}}, ["critical use"]),
        ({"target": "viable"}, ["not 'viability'"]),
        ({"target": "pH", "unit": "", "use": {}}, ["not 'viability'", "says no unit", "critical use"]),
    ],
)
def test_a_package_says_itself_what_speaks_against_it(changes: dict[str, object], told: list[str]) -> None:
    found = list(unfit(load(MINI), "viability", foreteller(GOOD | changes)))
    assert [words in one.what for words, one in zip(told, found, strict=True)] == [True] * len(told)
    assert all(one.mend for one in found)


def test_the_declared_quantity_is_as_good_as_the_attribute() -> None:
    process = load(MINI)
    attribute = process.attributes["viability"].model_copy(
        update={"quantity": "viable", "unit": "1e6 cell/mL"}
    )
    process = process.model_copy(update={"attributes": {"density": attribute}})
    names = {
        target: [
            one.what for one in unfit(process, "density", Foreteller("m", target, "cell/mL", True, True))
        ]
        for target in ("density", "viable", "viability")
    }
    assert names == {
        "density": [],
        "viable": [],
        "viability": ["the model 'm' predicts 'viability', not 'density' or 'viable'"],
    }


def test_a_column_is_of_a_quantity_whatever_its_heading_adds() -> None:
    headings = ("viability", "viability [%]", "viability @ 24 h", "viability @ 24 h [%]")
    assert {quantity_of(one) for one in headings} == {"viability"}
    assert quantity_of("glucose at the end") == "glucose at the end"


def test_what_is_no_unit_compares_with_nothing() -> None:
    assert comparable("degC", "K")
    assert not comparable("degC", "%")
    assert not comparable("furlongs", "%")


def test_attributes_are_judged_by_the_sample_of_a_phase() -> None:
    assert measured_at(load(MINI)) == {("finish", "count"): ("viability",)}
