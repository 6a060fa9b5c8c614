"""The package files that a process declares, opened and verified before any batch is started with them.

In: a process without faults, and the folder of its file. Out: a fault for each model whose file is missing, was
changed, is another one, fails its self-test on this machine, is not signed as is wanted, or does not fit the process;
and for each that is named under `release.realtime` and cannot stand for the assay of its attribute.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.errors import MonitoringError
from homeostat.execution.models import packages_of, read_models
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.models import check_model
from homeostat.process import Process
from homeostat.process.issues import Fault
from homeostat.process.realtime import foreteller, unfit

if TYPE_CHECKING:
    from homeostat.monitoring.package import Package, WatchPackage


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
        else:
            yield from stand_in_faults(process, name, found[name])


def stand_in_faults(process: Process, sensor: str, package: "Package | WatchPackage") -> Iterator[Fault]:
    """A fault for each attribute under `release.realtime` for whose assay the package of `sensor` cannot stand."""
    model = foreteller(package.to_json())
    for attribute, named in process.release.realtime.items():
        if named == sensor and attribute in process.attributes:
            for one in unfit(process, attribute, model):
                yield Fault(("release", "realtime", attribute), one.what, one.mend)


def refuse_stand_ins(process: Process, packages: "Mapping[str, Package | WatchPackage]") -> None:
    """Raise MonitoringError for the first fault of a package that is to stand for an assay."""
    for name, package in packages.items():
        for fault in stand_in_faults(process, name, package):
            raise MonitoringError(fault.what, where=".".join(map(str, fault.path)), mend=fault.mend)


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
