"""Recordings: patterns that compile, columns in fitting units, results that the assay reports."""

import re
import warnings
from collections.abc import Iterator

from homeostat.process.checks.subject import Subject
from homeostat.process.issues import Fault, Path, quoted, suggestion
from homeostat.process.recordings import Column, Offline, Recording
from homeostat.process.units import compatible, ratio_compatible

PLACEHOLDER = "{run}"


def recordings(subject: Subject) -> Iterator[Fault]:
    """A fault for every recording that could not be read."""
    for name, recording in subject.process.recordings.items():
        path = ("recordings", name)
        yield from _pattern(path, recording)
        yield from _tags(subject, path, recording.tags)
        for i, beside in enumerate(recording.beside):
            yield from _tags(subject, (*path, "beside", i), beside.tags)
        for i, offline in enumerate(recording.offline):
            yield from _results(subject, (*path, "offline", i), offline)


def _pattern(path: Path, recording: Recording) -> Iterator[Fault]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of a pattern that other versions of Python may read otherwise
            pattern = re.compile(recording.file)
    except (re.error, RecursionError, OverflowError) as error:
        what = f"{quoted(recording.file)} is not a pattern: {error}"
        yield Fault((*path, "file"), what, r"write a regular expression, such as run_(?P<run>\d+)\.csv")
        return
    if "run" not in pattern.groupindex and _uses_run(recording):
        what = "the run is spoken of below, but the pattern has no group 'run'"
        yield Fault((*path, "file"), what, r"name the part that tells the run, such as (?P<run>\d+)")


def _uses_run(recording: Recording) -> bool:
    texts = [text for beside in recording.beside for text in beside.file]
    texts += [text for offline in recording.offline for text in offline.file]
    columns = [column for offline in recording.offline for column in offline.results.values()]
    texts += [text for column in columns for text in column.column]
    texts += [recording.run_sheet.row, *recording.run_sheet.file] if recording.run_sheet else []
    return bool(recording.fitted) or any(PLACEHOLDER in text for text in texts)


def _tags(subject: Subject, path: Path, columns: dict[str, Column]) -> Iterator[Fault]:
    for name, column in columns.items():
        tag = subject.process.tags.get(name)
        if tag is None:
            continue
        # a totaliser gives the tag by its change in time
        fits = (
            ratio_compatible(tag.unit, column.unit, "h") if column.rate else compatible(tag.unit, column.unit)
        )
        if not fits:
            rate = " in time" if column.rate else ""
            what = f"a column in {column.unit}{rate} cannot give the tag '{name}' in {tag.unit}"
            yield Fault((*path, "tags", name), what, "correct the unit of the column")


def _results(subject: Subject, path: Path, offline: Offline) -> Iterator[Fault]:
    assay = subject.process.assays.get(offline.assay)
    for name, column in offline.results.items() if assay is not None else ():
        where = (*path, "results", name)
        if assay is None or name in subject.names:
            continue
        if name not in assay.reports:
            what = f"the assay {quoted(offline.assay)} does not report {quoted(name)}"
            yield Fault(where, what, suggestion(name, assay.reports))
        elif column.rate or not compatible(assay.reports[name], column.unit):
            what = f"a column in {column.unit} cannot give {quoted(name)} in {assay.reports[name]}"
            yield Fault(where, what, "correct the unit of the column")
