"""Trees: who follows whom, what is shared, what is blocked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin.optimal import Tree


def test_a_chain_is_one_future() -> None:
    tree = Tree.chain(3)
    assert tree.parents == (-1, 0, 1, 2)
    assert tree.leaves == (3,) and tree.inner == (0, 1, 2)
    assert tree.weights == (1.0, 1.0, 1.0, 1.0)


def test_a_fan_shares_its_first_moves() -> None:
    tree = Tree.fan(3, 2, branching=2, weights=(0.7, 0.3))
    assert tree.parents == (-1, 0, 1, 1, 2, 3)
    assert tree.scenarios == (-1, -1, 0, 1, 0, 1)
    assert tree.weights == (1.0, 1.0, 0.7, 0.3, 0.7, 0.3)
    assert tree.path(5) == (0, 1, 3, 5)


@given(st.integers(1, 6), st.integers(1, 5), st.data())
def test_levels_scenarios_and_successors_fit_together(
    steps: int, scenarios: int, data: st.DataObject
) -> None:
    branching = data.draw(st.integers(1, steps))
    tree = Tree.fan(steps, scenarios, branching=branching)
    assert len(tree.leaves) == scenarios
    assert all(tree.depths[leaf] == steps for leaf in tree.leaves)
    assert len(tree) == branching + scenarios * (steps + 1 - branching)
    for node, after in enumerate(tree.successors()):
        assert after == node if node in tree.leaves else tree.parents[after] == node
        shared = tree.scenarios[node] == -1
        assert shared or tree.scenarios[after] == tree.scenarios[node]
    assert sum(tree.weights[leaf] for leaf in tree.leaves) == pytest.approx(1.0)


def test_a_control_horizon_blocks_the_later_inputs() -> None:
    assert Tree.chain(4, moves=2).blocked == (False, False, True, True, False)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Tree.fan(0, 1),
        lambda: Tree.fan(3, 2, branching=4),
        lambda: Tree.fan(3, 2, weights=(1.0,)),
        lambda: Tree((-1, 1), (1.0, 1.0), (0, 0), (False, False)),
        lambda: Tree((-1, 0), (1.0, -1.0), (0, 0), (False, False)),
        lambda: Tree((-1, 0), (1.0, 1.0), (0, 0), (True, False)),
    ],
)
def test_what_is_no_tree_is_refused(wrong: object) -> None:
    assert callable(wrong)
    with pytest.raises(TwinError):
        wrong()
