"""The tree over which a trajectory is optimised: a chain is one future, a fan several that share their first moves.

In: numbers of steps and scenarios. Out: for each node its parent; a parent always comes before its children, and the
nodes stand level by level, so that node 0 is now and the leaves come last.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Tree:
    """Nodes 0 to n - 1: the `parents` (-1 for the root), the `weights` of their costs, which inputs are `blocked`.

    `scenarios` tells for each node which scenario it belongs to (-1 as long as all share it). A blocked node has no
    input of its own but goes on with that of its parent: a control horizon shorter than the prediction.
    """

    parents: tuple[int, ...]
    weights: tuple[float, ...]
    scenarios: tuple[int, ...]
    blocked: tuple[bool, ...]

    def __post_init__(self) -> None:
        n = len(self.parents)
        if (
            n < 2
            or self.parents[0] != -1
            or not {len(self.weights), len(self.scenarios), len(self.blocked)} == {n}
        ):
            raise TwinError("a tree has a root, at least one step and one entry a node", where="Tree")
        if any(not 0 <= parent < node for node, parent in enumerate(self.parents) if node):
            raise TwinError("every parent must come before its children", where="Tree.parents")
        if not all(math.isfinite(w) and w >= 0.0 for w in self.weights):
            raise TwinError("weights are finite and not negative", where="Tree.weights")
        if self.blocked[0]:
            raise TwinError("the root has no parent whose input could go on", where="Tree.blocked")

    @classmethod
    def chain(cls, steps: int, *, moves: int | None = None) -> "Tree":
        """One future of `steps` steps; the inputs change in the first `moves` of them only (in all, if not given)."""
        return cls.fan(steps, 1, moves=moves)

    @classmethod
    def fan(
        cls,
        steps: int,
        scenarios: int,
        *,
        branching: int = 1,
        weights: Sequence[float] | None = None,
        moves: int | None = None,
    ) -> "Tree":
        """`scenarios` futures that share the root's moves: they part after `branching` shared decisions.

        With `branching` = 1 only the first input is shared (do-mpc's n_robust = 1); `weights` (scenarios) default to
        equal shares and apply behind the branching, before it the weight is their sum.
        """
        if steps < 1 or scenarios < 1 or not 1 <= branching <= steps or (moves is not None and moves < 1):
            raise TwinError(
                "steps, scenarios and moves are at least 1, branching within the steps", where="Tree.fan"
            )
        shares = [1.0 / scenarios] * scenarios if weights is None else [float(w) for w in weights]
        if len(shares) != scenarios:
            raise TwinError(f"{scenarios} scenarios need as many weights", where="Tree.fan")
        parents, scenario, level = [-1], [-1 if scenarios > 1 else 0], [0]
        for step in range(1, steps + 1):
            before = len(parents) - (scenarios if step > branching else 1)
            for s in range(scenarios if step >= branching else 1):
                parents.append(before + (s if step > branching else 0))
                scenario.append(s if step >= branching or scenarios == 1 else -1)
                level.append(step)
        every = sum(shares)
        return cls(
            tuple(parents),
            tuple(every if s < 0 else shares[s] for s in scenario),
            tuple(scenario),
            tuple(moves is not None and moves <= k < steps for k in level),
        )

    def __len__(self) -> int:
        return len(self.parents)

    @property
    def leaves(self) -> tuple[int, ...]:
        """The nodes without children."""
        inner = set(self.parents)
        return tuple(node for node in range(len(self.parents)) if node not in inner)

    @property
    def inner(self) -> tuple[int, ...]:
        """The nodes at which an input acts."""
        inner = set(self.parents)
        return tuple(node for node in range(len(self.parents)) if node in inner)

    @property
    def depths(self) -> tuple[int, ...]:
        """Steps from the root to each node."""
        depths: list[int] = []
        for parent in self.parents:
            depths.append(0 if parent < 0 else depths[parent] + 1)
        return tuple(depths)

    def path(self, leaf: int) -> tuple[int, ...]:
        """The nodes from the root to `leaf`: one scenario's future."""
        nodes = [leaf]
        while self.parents[nodes[-1]] >= 0:
            nodes.append(self.parents[nodes[-1]])
        return tuple(reversed(nodes))

    def successors(self) -> tuple[int, ...]:
        """For each node the one that takes its place one step later: its first child; a leaf stays.

        Where the tree branches, later steps stay within their own scenario: what a warm start is shifted by.
        """
        first: dict[int, int] = {}
        for node, parent in enumerate(self.parents):
            first.setdefault(parent, node)
        return tuple(first.get(node, node) for node in range(len(self.parents)))
