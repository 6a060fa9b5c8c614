"""What good batches must hold before a watcher is learnt from them, and who is named where they do not."""

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches.held_out import check_severity
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.enough import check_enough

TAGS = ("ph", "sugar")


def batches(number: int = 12, samples: int = 10) -> list[Array]:
    return list(np.random.default_rng(1).standard_normal((number, samples, 2)))


def test_as_many_samples_as_the_limit_asks_for_are_enough() -> None:
    check_enough({"batch": batches(12, 9)}, TAGS, 0.99)  # eleven others of nine samples: 99
    with pytest.raises(MonitoringError, match=r"12 batches of 8 sample\(s\) are too few for limits at 99 %"):
        check_enough({"batch": batches(12, 8)}, TAGS, 0.99)


def test_each_phase_counts_by_itself() -> None:
    with pytest.raises(MonitoringError) as caught:
        check_enough({"seed": batches(12, 9), "grow": batches(12, 3)}, TAGS, 0.99)
    assert caught.value.where == "grow"


@pytest.mark.parametrize("known", [0, 1])
def test_a_tag_that_fewer_than_two_batches_measure_at_a_sample_is_named(known: int) -> None:
    found = batches()
    for rows in found[known:]:
        rows[6, 1] = np.nan
    with pytest.raises(MonitoringError, match=f"at sample 7 of 10, {known} of 12 batches") as caught:
        check_enough({"batch": found}, TAGS, 0.99)
    assert caught.value.where == "batch, tag 'sugar'"


def test_a_batch_of_which_nothing_can_be_said_is_named() -> None:
    sound, empty, endless = np.array([0.5, np.nan]), np.full(2, np.nan), np.array([0.5, np.inf])
    check_severity([sound, sound])
    with pytest.raises(MonitoringError, match="too little was measured") as caught:
        check_severity([sound, empty])
    assert caught.value.where == "batch 2 of 2"
    with pytest.raises(MonitoringError, match="cannot be compared"):
        check_severity([endless, sound])
