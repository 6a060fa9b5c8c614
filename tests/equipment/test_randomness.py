"""Every purpose has a random stream of its own, the same for the same seed."""

from itertools import islice

import numpy as np
import pytest

from homeostat.equipment.randomness import BLOCK, generator, normals, uniforms
from homeostat.errors import EquipmentError


def test_same_seed_and_purpose_give_the_same_numbers() -> None:
    assert list(islice(normals(3, "a", "b"), 2 * BLOCK)) == list(islice(normals(3, "a", "b"), 2 * BLOCK))


@pytest.mark.parametrize("other", [(4, "a", "b"), (3, "a", "c"), (3, "ab"), (3, "a", "b", "")])
def test_any_other_seed_or_purpose_gives_others(other: tuple[int, str]) -> None:
    seed, *purpose = other
    assert generator(3, "a", "b").random() != generator(seed, *purpose).random()


def test_blocks_continue_one_stream() -> None:
    direct = generator(5, "x").standard_normal(3 * BLOCK)
    assert list(islice(normals(5, "x"), 3 * BLOCK)) == direct.tolist()


def test_distributions() -> None:
    z = np.array(list(islice(normals(1, "z"), 20_000)))
    u = np.array(list(islice(uniforms(1, "u"), 20_000)))
    assert abs(z.mean()) < 4 / np.sqrt(len(z))
    assert z.std() == pytest.approx(1.0, abs=0.03)
    assert 0.0 <= u.min() <= u.max() < 1.0
    assert u.mean() == pytest.approx(0.5, abs=0.01)


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(EquipmentError, match="-1 is not a seed"):
        generator(-1, "x")
