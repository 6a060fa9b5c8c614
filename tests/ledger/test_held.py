"""Events that a reader holds are those that it would read."""

from itertools import product

import pytest

from .conftest import COMMITS, Place, event

TYPES = ("batch.started", "alarm.raised")


@pytest.mark.parametrize("types", [["alarm.raised"], TYPES, [*TYPES, "phase.started"], None])
def test_what_is_held_is_what_is_stored(written: Place, types: list[str] | None) -> None:
    with written.reader() as plain, written.reader() as holding:
        holding.hold(TYPES, holding.named(told=TYPES))
        for batch, after in product((None, "B0001", "nobody"), (0, 7, 99)):
            expected = list(plain.stored(batch=batch, types=types, after=after))
            assert list(holding.stored(batch=batch, types=types, after=after)) == expected


def test_what_is_held_is_of_one_moment(written: Place) -> None:
    with written.reader() as reader, written.open() as writer:
        reader.hold(TYPES, reader.named(told=TYPES))
        writer.append(event(21))  # a batch.started
        writer.commit()
        assert len(list(reader.stored(types=TYPES))) == sum(
            number % 3 != 1 for number in range(1, sum(COMMITS) + 1)
        )
        assert len(list(reader.stored())) == sum(COMMITS) + 1
