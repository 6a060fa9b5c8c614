"""What the files of one recorded run say, read once: series, results, starting values, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.equipment.beside import filled, find_beside, match_recording
from homeostat.equipment.driver import Json, Result
from homeostat.equipment.findings import Findings
from homeostat.equipment.offline import read_results
from homeostat.equipment.run_sheet import read_initial
from homeostat.equipment.series import HOUR, Series, read_series
from homeostat.equipment.tables import Shape, Sheet, read_table
from homeostat.equipment.timeline import Timeline, read_timeline
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.recordings import Column, Recording
from homeostat.twin import model as find_model


@dataclass(frozen=True, slots=True)
class Logbook:
    """One recorded run. Times are µs since the main log's first row, which stands at `zero` µs since 1970.

    `files` tells of each file that was read: name, SHA-256, encoding, rows that are not blank, and rows used.
    """

    recording: str
    zero: int
    end: int
    stale: int
    series: Mapping[str, Series]
    results: Sequence[Result]
    initial: Mapping[str, float]
    files: Sequence[Mapping[str, Json]]
    findings: Findings


def read_logbook(process: Process, path: Path) -> Logbook:
    """Read the log at `path` and what is declared beside it. Raises EquipmentError, TwinError, UnitError."""
    name, recording, groups = match_recording(process, path)
    reader = _Reader(process, path, recording, groups)
    reader.main()
    reader.beside()
    results = reader.results()
    return Logbook(
        recording=name,
        zero=reader.zero,
        end=reader.end,
        stale=round(recording.stale.to("h") * HOUR),
        series=reader.series,
        results=results,
        initial=reader.initial(),
        files=reader.files,
        findings=reader.findings,
    )


class _Reader:
    """Reads the files of one run; `main` comes first, because it sets time zero."""

    def __init__(self, process: Process, path: Path, recording: Recording, groups: Mapping[str, str]) -> None:
        self._process, self._path, self._recording, self._groups = process, path, recording, groups
        self.findings = Findings()
        self.files: list[Mapping[str, Json]] = []
        self.series: dict[str, Series] = {}
        self.zero = self.end = 0

    def main(self) -> None:
        """The main log. Raises EquipmentError when it has no row with a time."""
        sheet = read_table(self._path, Shape.of(self._recording, self._groups), self.findings)
        timeline = read_timeline(sheet, self._recording.time, self.findings)
        if not timeline.times:
            raise EquipmentError(
                f"none of its {len(sheet.rows)} rows has a time stamp of the format {self._recording.time.format}",
                where=sheet.file,
                mend="correct `time`, or copy the file again if it is cut short",
            )
        self.zero = timeline.times[0]
        self.end = timeline.times[-1] - self.zero
        self._note(sheet, len(timeline.rows))
        self._take(sheet, timeline, self._recording.tags)

    def beside(self) -> None:
        """The logs beside it; the tags of one that is not there are never sampled."""
        for declared in self._recording.beside:
            path = self._find(declared.file, "tags " + ", ".join(declared.tags))
            if path is not None:
                sheet = read_table(path, Shape.of(declared, self._groups), self.findings)
                timeline = read_timeline(sheet, declared.time, self.findings)
                self._note(sheet, len(timeline.rows))
                self._take(sheet, timeline, declared.tags)

    def results(self) -> list[Result]:
        """The laboratory's results, oldest first."""
        results: list[Result] = []
        for number, declared in enumerate(self._recording.offline, start=1):
            path = self._find(declared.file, f"results of {declared.assay}")
            if path is not None:
                sheet = read_table(path, Shape.of(declared, self._groups), self.findings)
                prefix = "offline" if number == 1 else f"offline{number}"
                found = read_results(sheet, declared, self._process.assays, self.zero, prefix, self.findings)
                self._note(sheet, len(found))
                late = sum(result.taken > self.end for result in found)
                if late:
                    self.findings.add(sheet.file, "samples after the end of the log", times=late)
                results += found
        return sorted(results, key=lambda result: result.taken)

    def initial(self) -> Mapping[str, float]:
        """The twin's starting values from the run sheet, in the model's units."""
        declared = self._recording.run_sheet
        path = self._find(declared.file, "starting values") if declared else None
        if declared is None or path is None:
            return {}
        own = Shape.of(self._recording, self._groups)
        shape = Shape(own.separator, own.decimal, own.encoding, missing=own.missing, groups=self._groups)
        sheet = read_table(path, shape, self.findings)
        values = read_initial(
            sheet, declared, self._groups, find_model(self._process.twin.model), self.findings
        )
        self._note(sheet, 1 if values else 0)
        return values

    def _find(self, candidates: Sequence[str], what: str) -> Path | None:
        path = find_beside(self._path, candidates, self._groups)
        if path is None:
            self.findings.add(filled(candidates[0], self._groups), f"there is no such file: no {what}")
        return path

    def _take(self, sheet: Sheet, timeline: Timeline, tags: Mapping[str, Column]) -> None:
        for name, column in tags.items():
            if name not in self._process.tags or name in self.series:
                raise EquipmentError(
                    f"the tag {name} is recorded twice" if name in self.series else f"there is no tag {name}",
                    where=f"process {self._process.process}, recordings",
                    mend="map every tag of the process at most once",
                )
            tag = self._process.tags[name]
            series = read_series(sheet, timeline, name, column, tag, self.findings)
            self.series[name] = Series(series.times - self.zero, series.values, series.qualities)

    def _note(self, sheet: Sheet, used: int) -> None:
        self.files.append(
            {
                "name": sheet.file,
                "sha256": sheet.sha256,
                "encoding": sheet.encoding,
                "rows": len(sheet.rows),
                "used": used,
            }
        )
