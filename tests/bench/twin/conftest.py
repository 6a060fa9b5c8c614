"""What the tests of the twin's benchmark share: two donors and their tight reference."""

import pytest

from homeostat.bench.twin.donors import Array, Donors, donors
from homeostat.bench.twin.reference import reference


@pytest.fixture(scope="package")
def pair() -> Donors:
    return donors(2)


@pytest.fixture(scope="package")
def truth(pair: Donors) -> Array:
    return reference(pair)
