"""The package files that a process declares, opened and verified before any batch is started with them.

In: a process without faults, and the folder of its file. Out: a fault for each model whose file is missing, was
changed, is another one, fails its self-test on this machine, is not signed as is wanted, or does not fit the process.
"""

from collections.abc import Iterator
from pathlib import Path

from homeostat.errors import MonitoringError
from homeostat.execution.models import packages_of, read_models
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.models import check_model
from homeostat.process import Process
from homeostat.process.issues import Fault


def package_faults(process: Process, folder: Path) -> Iterator[Fault]:
    """A fault for every declared model that no batch could be started with, at the field that is to be mended."""
    if not process.monitoring.models:
        return
    plan = make_plan(_only(process), steers=True, initial={})
    for name, sensor in process.monitoring.models.items():
        try:
            found = packages_of(read_models(_only(process, name), folder))
            check_model(plan, name, sensor, found[name])
        except MonitoringError as error:
            yield _fault(name, error)


def _only(process: Process, *names: str) -> Process:
    """The process with these models alone."""
    models = {name: process.monitoring.models[name] for name in names}
    monitoring = process.monitoring.model_copy(update={"models": models})
    return process.model_copy(update={"monitoring": monitoring})


def _fault(name: str, error: MonitoringError) -> Fault:
    """The error at its place in the process file: the field that it names, else the package."""
    prefix = f"monitoring.models.{name}."
    rest = error.where.removeprefix(prefix) if error.where.startswith(prefix) else "package"
    mend = error.mend or "take the declared package"
    return Fault(("monitoring", "models", name, *rest.split(".", 1)), error.what, mend)
