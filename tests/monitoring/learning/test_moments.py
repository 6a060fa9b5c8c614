"""Dates and times of day are known as such, and nothing else is."""

import pytest

from homeostat.monitoring.learning.moments import tells_moments


@pytest.mark.parametrize(
    "cell",
    [
        "2024-01-03",
        "2024-01-03 00:00:00",
        "2024-01-03T08:15Z",
        "2024/1/3",
        "03.01.2024",
        "3/1/24",
        "12/31/2024",
        "3 Jan 2024",
        "03-Mrz-24",
        "January 3, 2024",
        "08:15",
        "8:15:30",
        "8:15 pm",
        "48:00:00",
    ],
)
def test_dates_and_clocks(cell: str) -> None:
    assert tells_moments((cell,))


@pytest.mark.parametrize(
    "cell",
    ["1:10", "50:50", "10:90", "37", "2024", "B-12-3", "day 3", "May", "IL-2", "1.2.3.4", "32.13.2024"],
)
def test_what_is_neither(cell: str) -> None:
    assert not tells_moments((cell,))


def test_most_of_what_is_filled_decides() -> None:
    assert tells_moments(("08:15", "", "09:30", "late"))
    assert not tells_moments(("08:15", "late"))
    assert not tells_moments(("", ""))
