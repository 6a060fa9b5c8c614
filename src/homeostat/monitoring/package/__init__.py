"""Model packages: a monitoring or prediction model as one frozen, hashed, signed JSON file.

    freeze(x, name=..., use=..., inputs=..., steps=..., form=..., interval=..., ...)  parts -> Package
    write(package, path), read(path)    read refuses what was changed, is unknown, or computes other bits here
    package.score(columns)              a table -> one Verdict a row
    package.scorer.row(values)          the live path: one row of plain floats -> Verdict
    freeze_watcher(samples, watcher=..., interval=..., ...)   one that watches running batches: `WatchPackage`
    freeze_live(spectra, measured, live=..., ...)   one that reads a process from its spectra: `LivePackage`
    read_any(path)                      any kind; `read_running` one that can run beside a batch
    measure(truth, verdicts), judge(...)  figures by subgroup, held against limits fixed before the test
    run_locked_test(...)                the locked table, scored once more and counted
    record_use(path, ...), uses(path)   every use of the locked test set, chained beside the package

The fields of a package are those of `Document`. A package never changes: what is learnt later is another package, and
what was done with it stands beside it.
"""

from homeostat.monitoring.package.canonical import table_digest
from homeostat.monitoring.package.document import (
    Acceptance,
    Document,
    Input,
    IntendedUse,
    LockedTest,
    Metrics,
    Training,
)
from homeostat.monitoring.package.freezing import freeze
from homeostat.monitoring.package.hashed import Signature
from homeostat.monitoring.package.live import LivePackage, freeze_live
from homeostat.monitoring.package.metrics import Judged, judge, measure
from homeostat.monitoring.package.model import Package
from homeostat.monitoring.package.scoring import Scorer
from homeostat.monitoring.package.storage import (
    AnyPackage,
    content,
    parse,
    parse_any,
    parse_running,
    read,
    read_any,
    read_running,
    write,
)
from homeostat.monitoring.package.testing import Tested, run_locked_test
from homeostat.monitoring.package.uses import LOCKED_TEST, Use, record_use, times_tested, uses
from homeostat.monitoring.package.watching import WatchPackage, freeze_watcher

__all__ = [
    "LOCKED_TEST",
    "Acceptance",
    "AnyPackage",
    "Document",
    "Input",
    "IntendedUse",
    "Judged",
    "LivePackage",
    "LockedTest",
    "Metrics",
    "Package",
    "Scorer",
    "Signature",
    "Tested",
    "Training",
    "Use",
    "WatchPackage",
    "content",
    "freeze",
    "freeze_live",
    "freeze_watcher",
    "judge",
    "measure",
    "parse",
    "parse_any",
    "parse_running",
    "read",
    "read_any",
    "read_running",
    "record_use",
    "run_locked_test",
    "table_digest",
    "times_tested",
    "uses",
    "write",
]
