"""YAML text in; a tree of texts with their lines out.

Every scalar stays the text that was written, so `no`, `1.10` and `12:30` mean what they say, and whoever needs a
number converts it. Anchors, aliases, tags and further documents are refused: a declaration reads from top to bottom.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from homeostat.process.issues import Fault, Issue, Path, quoted

MAX_BYTES = 1_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_TAB = re.compile(r"^ *\t", re.MULTILINE)


@dataclass(slots=True, eq=False)
class Node:
    """A value and the line it stands in: a text, a list, a mapping, or None where a value had to be dropped."""

    line: int
    value: "str | list[Node] | dict[str, Node] | None"

    def children(self) -> "Iterator[tuple[str | int, Node]]":
        """The nodes below with their name or position."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def child(self, key: str | int) -> "Node | None":
        """The node below called `key`, or at that position."""
        if isinstance(self.value, dict) and isinstance(key, str):
            return self.value.get(key)
        if isinstance(self.value, list) and isinstance(key, int) and 0 <= key < len(self.value):
            return self.value[key]
        return None

    def plain(self) -> Any:
        """The tree as dicts, lists and texts."""
        if isinstance(self.value, dict):
            return {name: node.plain() for name, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def names(self) -> Iterator[str]:
        """Every name that is declared in this tree: fields, and what `name` fields hold."""
        for key, node in self.children():
            if isinstance(key, str):
                yield key
            if key == "name" and isinstance(node.value, str):
                yield node.value
            yield from node.names()


@dataclass(frozen=True, slots=True)
class Source:
    """A declaration as it was written; it knows the line and the readable name of every value."""

    file: str
    root: Node

    def walk(self, path: Path) -> list[Node]:
        """The nodes along `path`, the top first, as far as they exist."""
        nodes = [self.root]
        for key in path:
            below = nodes[-1].child(key)
            if below is None:
                break
            nodes.append(below)
        return nodes

    def line(self, path: Path) -> int:
        """The line of `path`, or of the deepest part of it that exists."""
        return self.walk(path)[-1].line

    def field(self, path: Path) -> str:
        """`path` for a reader: list items go by their `name` or, without one, by their place counted from 1."""
        nodes, text = self.walk(path), ""
        for depth, key in enumerate(path, start=1):
            item = nodes[depth].child("name") if isinstance(key, int) and depth < len(nodes) else None
            name = item.value if item and isinstance(item.value, str) else key
            text += f"[{name + 1}]" if isinstance(name, int) else f".{quoted(name)[1:-1]}"
        return text.removeprefix(".")

    def issue(self, fault: Fault) -> Issue:
        """The `fault` with its file, line and field."""
        return Issue(self.file, self.line(fault.path), self.field(fault.path), fault.what, fault.mend)


def read_bytes(file: FilePath) -> tuple[bytes, list[Issue]]:
    """The content of `file`, or why it cannot be had."""
    try:
        if not file.is_file():
            return b"", [Issue(str(file), 1, "", "there is no such file", "check the path")]
        with file.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = (error.strerror or "it cannot be read").lower()
        return b"", [
            Issue(str(file), 1, "", f"the file cannot be read: {reason}", "check its path and permissions")
        ]
    if len(raw) > MAX_BYTES:
        return b"", [
            Issue(str(file), 1, "", "the file is larger than 1 MB", "a process is a short text file")
        ]
    return raw, []


def decode(raw: bytes, file: str) -> tuple[str, list[Issue]]:
    """The text of `raw` with every sign that YAML cannot hold reported."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return "", [Issue(file, line, "", "the file is not UTF-8 text", "save it with the encoding UTF-8")]
    return text, [*_found(_CONTROL, text, file, _CONTROL_WORDS), *_found(_TAB, text, file, _TAB_WORDS)][:20]


_CONTROL_WORDS = ("a control character stands in this line", "remove it; a process file is plain text")
_TAB_WORDS = ("the line is indented with a tab", "indent with spaces")


def _found(pattern: re.Pattern[str], text: str, file: str, words: tuple[str, str]) -> Iterator[Issue]:
    for match in pattern.finditer(text):
        yield Issue(file, text.count("\n", 0, match.end()) + 1, "", *words)
