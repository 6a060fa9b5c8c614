"""Quality codes: which may be used, and that they are what is stored."""

import pytest

from homeostat.process import LAST_USABLE, Quality, Reading


def test_only_good_and_held_values_are_usable() -> None:
    assert [quality.name for quality in Quality if quality <= LAST_USABLE] == ["GOOD", "HELD"]


def test_codes_are_bytes_that_grow_with_doubt() -> None:
    assert [int(quality) for quality in Quality] == [0, 1, 2, 3, 4, 5]
    assert bytes([Quality.GOOD, Quality.MISSING]) == b"\0\5"


def test_a_reading_is_immutable() -> None:
    reading = Reading(37.0, Quality.GOOD, 60_000_000)
    with pytest.raises(AttributeError):
        reading.value = 36.0  # type: ignore[misc]
