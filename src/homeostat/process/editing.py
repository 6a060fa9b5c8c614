"""Changing single values in the text of a process file, comments and layout left as they are.

In: YAML text, and new texts by path. Out: the text with those values replaced, or added where a mapping lacks them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import yaml

from homeostat.errors import ProcessError

Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Edit:
    start: int
    end: int
    text: str


def edited(text: str, changes: Mapping[Keys, str]) -> str:
    """`text` with the scalar at each path of `changes` replaced. Raises ProcessError where a path cannot be reached."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = [_edit(text, root, path, value) for path, value in changes.items()]
    for edit in sorted(edits, key=lambda each: each.start, reverse=True):
        text = text[: edit.start] + edit.text + text[edit.end :]
    return text


def _edit(text: str, root: yaml.Node | None, path: Keys, value: str) -> _Edit:
    node = root
    for depth, key in enumerate(path):
        if not isinstance(node, yaml.MappingNode):
            raise _unreachable(path)
        below = dict(_pairs(node)).get(key)
        if below is None:
            return _added(text, node, path[depth:], value)
        node = below
    if not isinstance(node, yaml.ScalarNode):
        raise _unreachable(path)
    return _Edit(node.start_mark.index, node.end_mark.index, value)


def _unreachable(path: Keys) -> ProcessError:
    return ProcessError(f"there is no value at {'.'.join(path)}", mend="declare it, then change it")


def _pairs(node: yaml.MappingNode) -> Iterator[tuple[str, yaml.Node]]:
    for key, value in node.value:
        yield str(key.value), value


def _added(text: str, node: yaml.MappingNode, missing: Keys, value: str) -> _Edit:
    """A new entry at the beginning of a mapping, in its own style."""
    if node.flow_style or not node.value:
        at = node.start_mark.index + 1
        inner = "".join(f"{key}: {{" for key in missing[:-1])
        more = ", " if node.value else ""
        return _Edit(at, at, f"{inner}{missing[-1]}: {value}{'}' * (len(missing) - 1)}{more}")
    first = node.value[0][0].start_mark
    lines = [f"{'  ' * k}{key}:" for k, key in enumerate(missing)]
    lines[-1] += f" {value}"
    indent = " " * first.column
    at = first.index
    return _Edit(at, at, f"\n{indent}".join(lines) + f"\n{indent}")
