"""A trace as text: two trees, what it came from and what it went into, each thing told once."""

from collections.abc import Callable, Iterator

from homeostat.governance.custody.genealogy import Edge, Node
from homeostat.governance.custody.trace import Trace


def tree(found: Trace) -> tuple[str, ...]:
    """The lines of the trace."""
    lines = list[str]()
    for title, edges, near, far in (
        ("came from", found.backward, _target, _source),
        ("went into", found.forward, _source, _target),
    ):
        for start in found.starts:
            branches = list(_branches(start, edges, near, far, set(), 1))
            if branches:
                lines += [f"{start.kind} {start.id} {title}", *branches]
    return tuple(lines) or tuple(f"{start.kind} {start.id}" for start in found.starts)


def _source(edge: Edge) -> Node:
    return edge.source


def _target(edge: Edge) -> Node:
    return edge.target


def _branches(
    node: Node,
    edges: tuple[Edge, ...],
    near: Callable[[Edge], Node],
    far: Callable[[Edge], Node],
    told: set[Node],
    depth: int,
) -> Iterator[str]:
    told.add(node)
    for edge in edges:
        if near(edge) != node:
            continue
        other = far(edge)
        above = other in told
        yield f"{'  ' * depth}{other.kind} {other.id}  ({edge.how}, {edge.when}){' as above' if above else ''}"
        if not above:
            yield from _branches(other, edges, near, far, told, depth + 1)
