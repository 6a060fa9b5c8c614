"""A log of a real run behind the driver protocol: nothing is steered, what was measured is read again.

In: a process that declares how such logs map to its tags, and the log. Out: readings with their quality,
laboratory results, starting values. Time zero is the first row of the main log. The files are read once, when
the driver is made; what they lack, or what was left out of them, is told by `facts`.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path

from homeostat.equipment.driver import Command, Json, Outcome, Result, Scan
from homeostat.equipment.logbook import read_logbook
from homeostat.equipment.overtaken import Overtaken
from homeostat.equipment.playback import NEVER, Playback, unread
from homeostat.equipment.series import HOUR
from homeostat.process.declaration import Process


class RecordedLog:
    """A `Driver` over the files of a real run. Raises EquipmentError when they cannot be used."""

    steers = False
    repeatable = True

    def __init__(self, process: Process, path: Path) -> None:
        self._book = book = read_logbook(process, path)
        self._corrected = process.recordings[book.recording].corrected
        self._waiting = list(book.results)
        self._overtaken = list(book.overtaken)
        self._players = [
            Playback(book.series[name], book.stale) if name in book.series else None for name in process.tags
        ]
        scan = max(1, round(process.scan.to("h") * HOUR))
        for name, series in book.series.items():
            late = int((series.times > book.end).sum())
            if late:
                book.findings.add(path.name, f"{name}: samples after the end of the main log", times=late)
            passed = unread(series, scan)
            if passed:
                book.findings.add(
                    path.name, f"{name}: samples that no scan reads, a newer one being there", times=passed
                )

    def facts(self) -> Mapping[str, Json]:
        """The recording, the run, what its clock showed at time zero, its files with hashes, all findings in words.

        `run` is told where the file's name tells it, `fitted` where the recording declares the fitted runs,
        `corrected` where the twin is not to be corrected.
        """
        book = self._book
        run: dict[str, Json] = {"run": book.run} if book.run else {}
        fitted: dict[str, Json] = {} if book.fitted is None else {"fitted": book.fitted}
        corrected: dict[str, Json] = {} if self._corrected else {"corrected": False}
        return {
            "kind": "recorded",
            "recording": book.recording,
            **run,
            **fitted,
            **corrected,
            "begins": book.begins,
            "files": [dict(file) for file in book.files],
            "findings": [*book.findings.texts()],
        }

    def initial(self) -> Mapping[str, float]:
        """The starting values of the run sheet."""
        return dict(self._book.initial)

    def read(self, time: int) -> Scan:
        """The newest sample of every tag at `time`; MISSING for a tag that the log does not hold."""
        samples = [player.read(time) if player else NEVER for player in self._players]
        return Scan(tuple([value for value, _ in samples]), tuple([quality for _, quality in samples]))

    def regulate(self, outputs: Sequence[tuple[str, float]]) -> None:
        """Nothing: the past is not steered."""

    def execute(self, command: Command) -> Outcome:
        """Refuse."""
        return Outcome("refused", 0.0, "recorded equipment is not steered")

    def confirm(self, command_id: str) -> Outcome | None:
        """None: no command ever arrives."""
        return None

    def sample(self, sample: str, assay: str, time: int) -> None:
        """Nothing: the samples of this run were drawn long ago and come through `results`."""

    def results(self, time: int) -> Sequence[Result]:
        """The samples taken by `time`; those from before the log began come with the first call."""
        ready = [result for result in self._waiting if max(result.taken, 0) <= time]
        self._waiting = self._waiting[len(ready) :]
        return ready

    def overtaken(self, time: int) -> Sequence[Overtaken]:
        """The samples that had come by `time` behind younger ones, if rows stand in the order in which they came."""
        count = bisect_right(self._overtaken, time, key=lambda one: one.arrived)
        come, self._overtaken = self._overtaken[:count], self._overtaken[count:]
        return come

    def end(self) -> int | None:
        """The time of the log's last row."""
        return self._book.end

    def close(self) -> None:
        """Nothing to let go of: the files were closed when they had been read."""
