"""From YAML events to a tree of nodes: no recursion, no YAML types, and every structural fault reported at once."""

from dataclasses import dataclass
from typing import Any

import yaml

from homeostat.process.issues import Issue, Path, quoted
from homeostat.process.source import Node, Source, decode

MAX_DEPTH = 40
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_SYNTAX = {
    "mapping values are not allowed": (
        "a second ': ' stands in this line, or its indentation is wrong",
        "put a text that holds ': ' in quotes, or align the line with its neighbours",
    ),
    "could not find expected ':'": ("a ':' is missing", "write 'field: value'"),
    "cannot start any token": ("a value cannot start with this character", "put the text in quotes"),
    "unexpected end of stream": ("the file ends inside a quoted text", "close the quotation marks"),
    "block end": ("the indentation does not fit the lines above", "align the line with its neighbours"),
    "block collection": (
        "the indentation does not fit the lines above",
        "align the line with its neighbours",
    ),
    "expected key": (
        "the line does not fit the lines above: its indentation is wrong, or a ':' is missing",
        "align the line with its neighbours and write 'field: value'",
    ),
    "node content": ("a value is missing between brackets or braces", "add it, or remove a ','"),
    "document start": ("the indentation does not fit the lines above", "align the line with its neighbours"),
    "block sequence entries": (
        "a list stands where a value is expected",
        "begin the list in a line of its own",
    ),
    "comment or line break": ("a value cannot start with this character", "put the text in quotes"),
    "',' or ']'": ("a list in brackets is not closed", "add the missing ',' or ']'"),
    "',' or '}'": ("a mapping in braces is not closed", "add the missing ',' or '}'"),
}
_OTHER_SYNTAX = ("the line cannot be read as YAML", "check its indentation, colons and quotation marks")


@dataclass(frozen=True, slots=True)
class Composed:
    """What composing yields: the source, unless it is unreadable, its faults, and the names that were left out."""

    source: Source | None
    issues: list[Issue]
    dropped: frozenset[str] = frozenset()


class _StopError(Exception):
    """Reading on would only report consequences of a fault that is already reported."""


def compose(raw: bytes, file: str) -> Composed:
    """The tree of the YAML text `raw`; `file` is its name in messages. Never raises, whatever the bytes."""
    text, issues = decode(raw, file)
    if issues:
        return Composed(None, issues)
    composer, whole = _Composer(), True
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except _StopError:
        whole = False
    except yaml.YAMLError as error:
        composer.report(_error_line(error), *_words(error))
        whole = False
    return composer.result(file, whole)


def _error_line(error: yaml.YAMLError) -> int:
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    return mark.line + 1 if mark else 1


def _words(error: yaml.YAMLError) -> tuple[str, str]:
    problem = f"{getattr(error, 'problem', '')} {getattr(error, 'context', '')}"
    return next((words for part, words in _SYNTAX.items() if part in problem), _OTHER_SYNTAX)


@dataclass(slots=True)
class _Frame:
    """An open mapping or list; `key` is the name whose value comes next, `line` where that name stands."""

    node: Node
    key: str | None = None
    line: int = 0

    def waits_for_name(self) -> bool:
        return isinstance(self.node.value, dict) and self.key is None


class _Composer:
    """Builds the tree from events, one at a time."""

    def __init__(self) -> None:
        self.root = Node(1, None)
        self.stack: list[_Frame] = []
        self.faults: list[tuple[int, Path, str, str]] = []
        self.duplicates: list[Node] = []
        self.documents = 0

    def take(self, event: yaml.Event) -> None:
        """Extend the tree by one event."""
        line = event.start_mark.line + 1 if event.start_mark else 1
        match event:
            case yaml.DocumentStartEvent():
                self._document(line)
            case yaml.MappingStartEvent() | yaml.SequenceStartEvent():
                self._open(Node(line, {} if isinstance(event, yaml.MappingStartEvent) else []))
                self._refuse_marks(event, line)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self.stack.pop()
                self._value_read()
            case yaml.ScalarEvent():
                self._scalar(event, line)
            case yaml.AliasEvent():
                self._attach(Node(line, None))
                self.report(line, "the alias '*' is not used here", "write the value out")
                self._value_read()

    def report(self, line: int, what: str, mend: str) -> None:
        """Note a fault in the value that is being read."""
        self.faults.append((line, self._path(), what, mend))

    def result(self, file: str, whole: bool) -> Composed:
        """The tree and its faults; no tree where the text could not be read to its end."""
        source = Source(file, self.root)
        if whole and not isinstance(self.root.value, dict):
            self.report(
                1, "the file does not hold a process", "begin with 'homeostat: 1' and 'process: NAME'"
            )
            whole = False
        issues = [Issue(file, line, source.field(path), what, mend) for line, path, what, mend in self.faults]
        dropped = frozenset(name for node in self.duplicates for name in node.names())
        return Composed(source if whole else None, issues, dropped)

    def _path(self) -> Path:
        return tuple(self._key(frame) for frame in self.stack if not frame.waits_for_name())

    @staticmethod
    def _key(frame: _Frame) -> str | int:
        """Where the value that is being read stands in its mapping or list."""
        if isinstance(frame.node.value, list):
            return max(len(frame.node.value) - 1, 0)
        return frame.key or ""

    def _document(self, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            self._stop(
                line, "a second document starts here", "keep one process in one file; remove the '---'"
            )

    def _stop(self, line: int, what: str, mend: str) -> None:
        self.report(line, what, mend)
        raise _StopError

    def _open(self, node: Node) -> None:
        if len(self.stack) >= MAX_DEPTH:
            self._stop(
                node.line, f"the file is nested deeper than {MAX_DEPTH} levels", "a process needs about ten"
            )
        self._attach(node)
        self.stack.append(_Frame(node))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        if self.stack and self.stack[-1].waits_for_name():
            self.stack[-1].key, self.stack[-1].line = event.value, line
            self._refuse_marks(event, line)
            return
        empty = event.value == "" and not event.style
        self._attach(Node(line, None if empty else event.value))
        if empty and self.stack:
            self.report(
                self.stack[-1].line or line, "there is no value", "give it a value or remove the line"
            )
        self._refuse_marks(event, line)
        self._value_read()

    def _refuse_marks(self, event: yaml.NodeEvent, line: int) -> None:
        """Anchors and tags would let one part of a file change the meaning of another."""
        if event.anchor is not None:
            self.report(line, "the anchor '&' is not used here", "write the value out wherever it is needed")
        if getattr(event, "tag", None) is not None:
            self.report(line, "the tag '!' is not used here", "remove it, or put the text in quotes")

    def _attach(self, node: Node) -> None:
        """Hang `node` under the open mapping or list; the line of a field is that of its name."""
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        if frame.waits_for_name():
            self._stop(node.line, "a list or mapping stands where a name is expected", "write 'name: value'")
        if isinstance(frame.node.value, list):
            frame.node.value.append(node)
        elif isinstance(frame.node.value, dict):
            node.line = frame.line
            self._enter(frame.node.value, frame.key or "", node)

    def _enter(self, siblings: dict[str, Node], name: str, node: Node) -> None:
        if name not in siblings:
            siblings[name] = node
            return
        what = f"{quoted(name)} is given twice; the first time in line {siblings[name].line}"
        self.report(node.line, what, "keep one of them")
        self.duplicates.append(node)

    def _value_read(self) -> None:
        """What follows in an open mapping is the next name."""
        if self.stack:
            self.stack[-1].key = None
