"""Process files in, processes out: the shipped library, paths, and every fault of a file at once.

bytes -> composer (tree with lines) -> shape (validator, pruning) -> checks -> process, or issues
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath

from homeostat.errors import ProcessError
from homeostat.process.checks import CHECKS, ModelSignature, Subject
from homeostat.process.checks import model as check_model
from homeostat.process.composer import Composed, compose
from homeostat.process.declaration import Process
from homeostat.process.issues import Fault, InvalidProcess, Issue, quoted, suggestion
from homeostat.process.shape import NOT_GIVEN, shape
from homeostat.process.source import Node, Source, read_bytes

SUFFIX = ".yaml"
MAX_ISSUES = 200
Models = Mapping[str, ModelSignature]


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of reading a file: the process where nothing is wrong, else the issues in the order of the file."""

    process: Process | None
    issues: tuple[Issue, ...]
    source: Source | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One process of the shipped library."""

    name: str
    version: str
    title: str
    path: FilePath


def load(source: str | FilePath, models: Models | None = None) -> Process:
    """The process that `source` names: one of the library ("car-t"), or a file.

    `models` are the descriptions of the twin's models by name; with them the model's part is checked too.
    Raises InvalidProcess with every issue, and ProcessError when there is no such process.
    """
    path = locate(source)
    examined = examine(path, models)
    if examined.process is None:
        raise InvalidProcess(str(path), examined.issues)
    return examined.process


def locate(source: str | FilePath) -> FilePath:
    """The file of a library process, or `source` itself as a path. Raises ProcessError when it is neither."""
    paths = _library_paths()
    if str(source) in paths:
        return paths[str(source)]
    _, missing = read_bytes(FilePath(source))
    if missing and "no such file" in missing[0].what:
        mend = suggestion(str(source), paths)
        raise ProcessError(
            f"there is no process {str(source)!r}", mend=f"name a file or a shipped process; {mend}"
        )
    return FilePath(source)


def check(source: str | FilePath, models: Models | None = None) -> tuple[Process | None, list[Issue]]:
    """The process in a file or of the library, or everything that is wrong with it. Never raises for a bad file."""
    path = _library_paths().get(str(source), FilePath(source))
    examined = examine(path, models)
    return examined.process, list(examined.issues)


def examine(path: FilePath, models: Models | None = None) -> Examined:
    """As `check`, with the source, which knows the line of every value."""
    raw, issues = read_bytes(path)
    return Examined(None, tuple(issues), None) if issues else examine_bytes(raw, str(path), models)


def examine_bytes(raw: bytes, file: str, models: Models | None = None) -> Examined:
    """Examine the content `raw` of a process file; `file` is its name in issues."""
    composed = compose(raw, file)
    if composed.source is None:
        return Examined(None, tuple(composed.issues), None)
    return _examine_tree(composed, composed.source, models)


def check_against_model(
    process: Process, signature: ModelSignature, source: Source | None = None
) -> list[Issue]:
    """What `process` says about a model that the model does not bear out; lines come from `source` where given."""
    faults = check_model(Subject(process), signature)
    place = source or Source(process.process, Node(0, None))
    return [place.issue(fault) for fault in faults]


def check_changed(process: Process) -> list[Issue]:
    """What is wrong with a process that was sound as a file, and then changed; without a model to bear it out."""
    place = Source(process.process, Node(0, None))
    return [place.issue(fault) for fault in _faults(Subject(process), None)]


def library() -> list[Entry]:
    """The shipped processes, by name."""
    return [_entry(name, path) for name, path in _library_paths().items()]


def _library_paths() -> dict[str, FilePath]:
    folder = FilePath(__file__).parent / "library"
    return {path.stem: path for path in sorted(folder.glob(f"*{SUFFIX}"))}


def _entry(name: str, path: FilePath) -> Entry:
    """The head of a file; a listing need not validate the rest."""
    source = compose(read_bytes(path)[0], str(path)).source
    head = source.root.plain() if source else {}
    return Entry(name, str(head.get("version", "")), str(head.get("title", "")), path)


def _examine_tree(composed: Composed, source: Source, models: Models | None) -> Examined:
    shaped = shape(source)
    issues = [*composed.issues, *shaped.issues]
    if shaped.process is not None:
        subject = Subject(shaped.process, shaped.names | composed.dropped, shaped.sections, shaped.opaque)
        issues += [source.issue(fault) for fault in _faults(subject, models)]
    whole = not issues and shaped.complete
    return Examined(shaped.process if whole else None, tuple(_in_order(issues)), source)


def _faults(subject: Subject, models: Models | None) -> Iterator[Fault]:
    for find in CHECKS:
        yield from find(subject)
    if models is not None:
        yield from _model_faults(subject, models)


def _model_faults(subject: Subject, models: Models) -> Iterator[Fault]:
    name = subject.process.twin.model
    if name in models:
        yield from check_model(subject, models[name])
    elif name != NOT_GIVEN:
        yield Fault(("twin", "model"), f"there is no model {quoted(name)}", suggestion(name, models))


def _in_order(issues: Iterable[Issue]) -> list[Issue]:
    """Issues by line, each once; beyond a point more of them help nobody."""
    ordered = sorted(dict.fromkeys(issues), key=lambda issue: issue.line)
    more = len(ordered) - MAX_ISSUES
    if more <= 0:
        return ordered
    rest = Issue(
        ordered[0].file, ordered[MAX_ISSUES].line, "", f"there are {more} more faults", "mend these first"
    )
    return [*ordered[:MAX_ISSUES], rest]
