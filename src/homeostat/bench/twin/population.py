"""What the command for a whole population of virtual batches takes: time from start to picture, and memory.

Memory is the greatest the process ever held (resource usage of the child), interpreter and picture included.
"""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result, Rival
from homeostat.bench.twin import waiter
from homeostat.errors import TwinError

SECONDS, GIGABYTES = 5.0, 1.0
"""The bars of 100,000 batches."""
MODEL, LIMIT = "t_cell_expansion", "viable_cells>=200"


@dataclass(frozen=True)
class Taken:
    """Wall time and CPU time in s and greatest memory in GB (1e9 bytes) of a process."""

    seconds: float
    cpu: float
    gigabytes: float


def measurable() -> bool:
    """Whether the system tells what a child took (POSIX)."""
    return hasattr(os, "wait4") and hasattr(os, "posix_spawn")


def population(count: int, rounds: int) -> list[Result]:
    """`count` batches of the shipped T-cell model over twelve days: bands, chance to be in specification, picture."""
    with scratch() as folder:
        runs = [ensemble(count, folder / "picture.html") for _ in range(rounds)]
    what = f"twin: {count:,} virtual batches, command to picture"
    used = Rival("the same, CPU time of all threads", spread([run.cpu for run in runs]), "s")
    return [
        Result(f"{what}, wall time", spread([run.seconds for run in runs]), "s", SECONDS, "less", (used,)),
        Result(f"{what}, memory", spread([run.gigabytes for run in runs]), "GB", GIGABYTES, "less"),
    ]


def ensemble(count: int, picture: Path) -> Taken:
    """Run `homeostat twin ensemble` as a user does. Raises TwinError where it fails or draws nothing."""
    options = ["-n", str(count), "--limit", LIMIT, "--plot", str(picture)]
    taken = command(["-m", "homeostat", "twin", "ensemble", MODEL, *options])
    if not picture.is_file():
        raise TwinError("the command drew no picture", where=str(picture))
    return taken


def command(arguments: Sequence[str]) -> Taken:
    """Run Python with `arguments` and wait for it; POSIX only. Raises TwinError unless it ends with 0."""
    with scratch() as folder:
        told = folder / "told"
        keep = (os.POSIX_SPAWN_OPEN, 1, str(told), os.O_WRONLY | os.O_CREAT, 0o600)
        given = [sys.executable, waiter.__file__, *arguments]
        os.waitpid(os.posix_spawn(sys.executable, given, os.environ, file_actions=[keep]), 0)
        status, took, cpu, memory = told.read_text().split()
    if status != "0":
        raise TwinError(f"the command ended with {status}", where=" ".join(arguments))
    return Taken(float(took), float(cpu), float(memory) / 1e9)
