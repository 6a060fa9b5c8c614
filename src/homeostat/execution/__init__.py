"""Execution: the deterministic scan, and the engine that owns its effects.

    process -> plan -> (readings, arrivals) -> scan -> decisions, outputs -> historian, ledger -> equipment

`plan` resolves the declaration to plain numbers; `stages` are the pure functions of the scan, composed in `scan`;
`engine` reads, records, commits and dispatches around it. `run` starts a batch, `resume` continues one by executing
its record again, `replay` executes the record and compares. ISA-88 states are the table in `states`.
"""

from homeostat.execution.batch import Options
from homeostat.execution.replay import Replay, replay
from homeostat.execution.resume import resume
from homeostat.execution.rig import Finish, Watcher
from homeostat.execution.run import run

__all__ = ["Finish", "Options", "Replay", "Watcher", "replay", "resume", "run"]
