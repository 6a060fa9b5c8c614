"""What the files of one recorded run say, read once: series, results, starting values, findings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.equipment.beside import filled, find_beside, match_recording
from homeostat.equipment.cells import GOOD
from homeostat.equipment.driver import Json, Result
from homeostat.equipment.findings import Findings
from homeostat.equipment.offline import read_results
from homeostat.equipment.overtaken import Overtaken, overtaken
from homeostat.equipment.run_sheet import read_initial
from homeostat.equipment.series import HOUR, Series, read_series
from homeostat.equipment.stamps import as_written
from homeostat.equipment.stretch import Stretch
from homeostat.equipment.tables import Shape, Sheet, read_table
from homeostat.equipment.timeline import Timeline, order_rows, read_stamps
from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.recordings import Column, Recording
from homeostat.twin import model as find_model


@dataclass(frozen=True, slots=True)
class Logbook:
    """One recorded run. Times are µs since the main log's first row, at which its clock showed `begins`.

    `run` is what the group of that name matched (empty without one); `fitted` tells whether the twin's parameters
    were fitted to this run, where the recording declares such runs.
    `files` tells of each file that was read: name, SHA-256, encoding, rows that are not blank, and rows used.
    """

    recording: str
    run: str
    fitted: bool | None
    begins: str
    end: int
    stale: int
    series: Mapping[str, Series]
    results: Sequence[Result]
    initial: Mapping[str, float]
    files: Sequence[Mapping[str, Json]]
    findings: Findings
    overtaken: Sequence[Overtaken] = ()


def read_logbook(process: Process, path: Path) -> Logbook:
    """Read the log at `path` and what is declared beside it. Raises EquipmentError, TwinError, UnitError."""
    name, recording, groups = match_recording(process, path)
    run = groups.get("run", "")
    reader = _Reader(process, path, recording, groups)
    reader.main()
    reader.beside()
    results = reader.results()
    return Logbook(
        recording=name,
        run=run,
        fitted=run in recording.fitted if recording.fitted else None,
        begins=reader.begins,
        end=reader.end,
        stale=round(recording.stale.to("h") * HOUR),
        series=reader.series,
        results=results,
        initial=reader.initial(),
        files=reader.files,
        findings=reader.findings,
        overtaken=sorted(reader.overtaken, key=lambda one: one.arrived),
    )


class _Reader:
    """Reads the files of one run; `main` comes first, because it sets the stretch of time that the run covers."""

    def __init__(self, process: Process, path: Path, recording: Recording, groups: Mapping[str, str]) -> None:
        self._process, self._path, self._recording, self._groups = process, path, recording, groups
        self.findings = Findings()
        self.files: list[Mapping[str, Json]] = []
        self.series: dict[str, Series] = {}
        self.overtaken: list[Overtaken] = []
        self.begins = ""
        self._critical = {parameter.tag for parameter in process.parameters.values()}
        self._stretch = Stretch(0, 0, 0)

    @property
    def end(self) -> int:
        """The time of the main log's last row."""
        return self._stretch.last - self._stretch.first

    def main(self) -> None:
        """The main log. Raises EquipmentError when it has no row with a time."""
        sheet = read_table(self._path, Shape.of(self._recording, self._groups), self.findings)
        clock = self._recording.time
        stamped = read_stamps(sheet, clock, self.findings)
        if not stamped:
            raise EquipmentError(
                f"none of its {len(sheet.rows)} rows has a time stamp of the format {clock.format}",
                where=sheet.file,
                mend="correct `time`, or copy the file again if it is cut short",
            )
        gap = round(self._recording.longest_gap.to("h") * HOUR)
        self._stretch = Stretch.busiest((time for time, _ in stamped), gap)
        timeline = order_rows(sheet, stamped, self._stretch, self.findings)
        first = sheet.cells(sheet.column(clock.column), timeline.rows[:1])[0]
        self.begins = as_written(first, clock.format, timeline.times[0])
        self._note(sheet, len(timeline.rows))
        self._take(sheet, timeline, self._recording.tags)

    def beside(self) -> None:
        """The logs beside it; the tags of one that is not there are never sampled."""
        for declared in self._recording.beside:
            path = self._find(declared.file, "tags " + ", ".join(declared.tags))
            if path is not None:
                sheet = read_table(path, Shape.of(declared, self._groups), self.findings)
                stamped = read_stamps(sheet, declared.time, self.findings)
                timeline = order_rows(sheet, stamped, self._stretch, self.findings)
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
                found = read_results(
                    sheet, declared, self._process.assays, self._stretch, prefix, self.findings
                )
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
            if name in self._critical and not (series.qualities == GOOD).any():
                title = sheet.title(sheet.column(column.column))
                self.findings.add(
                    sheet.file, f"no usable value at all in column {title}, which is to give {name}"
                )
            self.overtaken += overtaken(sheet, timeline.passed, self._stretch.first, name, column)
            self.series[name] = Series(series.times - self._stretch.first, series.values, series.qualities)

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
