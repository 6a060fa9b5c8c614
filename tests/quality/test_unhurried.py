"""Garbage collection is put off for the fold alone, and comes back however the fold ends."""

import gc

import pytest

from homeostat.quality.unhurried import collecting_later


def test_nothing_is_collected_inside_and_everything_as_before_after() -> None:
    assert gc.isenabled()
    with pytest.raises(ValueError, match="amiss"), collecting_later():
        assert not gc.isenabled()
        with collecting_later():
            assert not gc.isenabled()
        assert not gc.isenabled()
        raise ValueError("amiss")
    assert gc.isenabled()
