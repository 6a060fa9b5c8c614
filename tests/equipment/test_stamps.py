"""Time stamps: the quick reader and strptime agree on what is a stamp and what time it is."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment.stamps import stamp_reader
from homeostat.equipment.tables import Cell
from homeostat.errors import EquipmentError

DCU = "%d.%m.%Y %H:%M:%S"
SECOND = 1_000_000
NAIVE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
moments = st.datetimes(NAIVE.replace(year=1900), NAIVE.replace(year=2200)).map(
    lambda moment: moment.replace(microsecond=0)
)


def micro(*parts: int) -> int:
    return round(datetime(*parts, tzinfo=UTC).timestamp()) * SECOND


def by_strptime(text: str, form: str) -> int | None:
    try:
        moment = datetime.strptime(text.strip(), form).replace(tzinfo=UTC)
    except ValueError:
        return None
    return round(moment.timestamp()) * SECOND


@pytest.mark.parametrize(
    ("form", "text", "expected"),
    [
        (DCU, "30.11.2020 10:16:00", micro(2020, 11, 30, 10, 16)),
        (DCU, " 1.2.2020 3:04:05 ", micro(2020, 2, 1, 3, 4, 5)),
        ("%Y-%m-%dT%H:%M", "2024-02-29T23:59", micro(2024, 2, 29, 23, 59)),
        ("%m/%d/%Y", "12/31/1999", micro(1999, 12, 31)),
        ("%d.%m.%y %H:%M", "05.04.21 06:07", micro(2021, 4, 5, 6, 7)),
        ("%d %b %Y %I:%M %p", "05 Apr 2021 06:07 PM", micro(2021, 4, 5, 18, 7)),
        ("%Y-%m-%dT%H:%M:%S%z", "2021-04-05T06:07:08+02:00", micro(2021, 4, 5, 4, 7, 8)),
        ("%Y-%m-%d %H:%M:%S.%f", "2021-04-05 06:07:08.5", micro(2021, 4, 5, 6, 7, 8) + 500_000),
    ],
)
def test_common_formats(form: str, text: str, expected: int) -> None:
    assert stamp_reader(form)(text) == expected


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "",
            "NA",
            "30.11.2020",
            "30.11.2020 10:16",
            "31.02.2020 10:16:00",
            "30.11.2020 24:00:00",
            "30.11.20 10:16:00",
        ),
        *(
            "30-11-2020 10:16:00",
            "30.11.2020 10:61:00",
            "30.11.2020 10:16:00x",
            "30.11.2020 10:1…",
            "00.11.2020 1:1:1",
        ),
        *(None, 5, 1.5, True),
    ],
)
def test_what_is_no_stamp_gives_none(cell: Cell) -> None:
    assert stamp_reader(DCU)(cell) is None


def test_spreadsheets_give_moments_of_their_own() -> None:
    read = stamp_reader(DCU)
    assert read(NAIVE.replace(month=11, day=30, hour=10, minute=16)) == micro(2020, 11, 30, 10, 16)
    assert read(date(2020, 11, 30)) == micro(2020, 11, 30)


@pytest.mark.parametrize("text", ["0001-01-01 00:00 +1400", "9999-12-31 23:59 -1400"])
def test_the_ends_of_the_calendar_are_no_crash(text: str) -> None:
    assert stamp_reader("%Y-%m-%d %H:%M %z")(text) is None


@given(moments, st.sampled_from([DCU, "%Y-%m-%d %H:%M:%S", "%m/%d/%Y  %H.%M.%S", "%H:%M:%S on %d|%m|%Y"]))
def test_what_was_written_is_read(moment: datetime, form: str) -> None:
    assert stamp_reader(form)(moment.strftime(form)) == by_strptime(moment.strftime(form), form)


@given(
    st.from_regex(
        r"[0-3]?[0-9]\.[0-1]?[0-9]\.[0-9]{3,5} [0-2]?[0-9]:[0-6][0-9](:[0-5][0-9])?", fullmatch=True
    )
)
def test_quick_reading_and_strptime_agree(text: str) -> None:
    assert stamp_reader(DCU)(text) == by_strptime(text, DCU)


@pytest.mark.parametrize("form", ["%d.%m.%Y %Q", "%", "%d.%d.%Y"])
def test_a_format_that_is_none_is_an_error(form: str) -> None:
    with pytest.raises(EquipmentError, match="is not a format"):
        stamp_reader(form)
