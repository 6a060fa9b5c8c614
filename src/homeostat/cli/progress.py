"""Progress of a batch on standard error: a bar on a terminal, otherwise one plain line a phase.

It is the `Watcher` that execution calls; it also remembers which batch is being executed.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.text import clock, printable

if TYPE_CHECKING:
    from rich.progress import TaskID


class Watch(Protocol):
    """What execution tells while it runs, and the batch it runs ("" before it has begun)."""

    batch: str

    def started(self, batch: str, total: int | None) -> None:
        """The batch begins; `total` scans are expected, if that is known."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """`scan` scans are done, at this process time (µs), in this phase."""

    def ended(self) -> None:
        """Nothing more will come."""


class Lines:
    """One line when a phase is seen for the first time."""

    def __init__(self) -> None:
        self.batch = ""
        self._phase = ""

    def started(self, batch: str, total: int | None) -> None:
        """Remember the batch."""
        self.batch = batch

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Name the phase if it is another one."""
        if phase != self._phase:
            self._phase = phase
            say(f"{self.batch}  {clock(time)}  {printable(phase)}")

    def ended(self) -> None:
        """Nothing is left to say."""


class Bar:
    """A rich progress bar; `close` removes it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.batch = ""
        self._progress: Progress = Progress(
            TextColumn("{task.fields[batch]}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[clock]}  {task.fields[phase]}", markup=False),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            refresh_per_second=4,
            transient=True,
        )
        self._task: TaskID = self._progress.add_task("", total=None, batch="", clock="", phase="")

    def started(self, batch: str, total: int | None) -> None:
        """Show the bar."""
        self.batch = batch
        self._progress.update(self._task, total=total, batch=batch)
        self._progress.start()

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=scan, clock=clock(time), phase=printable(phase))

    def ended(self) -> None:
        """Remove the bar."""
        self.close()

    def close(self) -> None:
        """Give the terminal back."""
        self._progress.stop()


@contextmanager
def watching(resume: str | None = None) -> Iterator[Watch]:
    """A watch for one execution, which an interruption ends calmly.

    `resume` follows the batch's id in the command that goes on; None where nothing is to be continued.
    """
    watch: Watch = Bar() if sys.stderr.isatty() else Lines()
    try:
        yield watch
    except KeyboardInterrupt:
        _close(watch)
        say(interrupted(watch.batch, resume))
        raise typer.Exit(ExitCode.INTERRUPTED) from None
    finally:
        _close(watch)


def interrupted(batch: str, resume: str | None) -> str:
    """What to tell after an interruption."""
    if not batch or resume is None:
        return "interrupted"
    return f"batch {batch} is interrupted; continue with: homeostat resume {batch}{resume}"


def _close(watch: Watch) -> None:
    if isinstance(watch, Bar):
        watch.close()
