"""Soft sensors: each package's inputs found among what the scan knows, units converted, the declared hash compared."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeostat.errors import MonitoringError, UnitError
from homeostat.execution.plan.columns import known_units
from homeostat.execution.plan.soft import SoftInput, SoftPlan
from homeostat.execution.plan.types import HOUR, Plan, micros
from homeostat.process import BATCH_ELAPSED, convert
from homeostat.process.issues import suggestion
from homeostat.process.soft import SoftSensor, unit_in

if TYPE_CHECKING:
    from homeostat.monitoring.package import Input, Package


def resolve_models(plan: Plan, packages: "Mapping[str, Package]") -> tuple[SoftPlan, ...]:
    """Every soft sensor of the plan's process, in the order of the file.

    Raises MonitoringError where a package is missing, is another one, or does not fit the process.
    """
    units = known_units(plan)
    sensors = plan.process.monitoring.models.items()
    return tuple(_model(name, sensor, packages.get(name), units) for name, sensor in sensors)


def _model(name: str, sensor: SoftSensor, package: "Package | None", units: Mapping[str, str]) -> SoftPlan:
    where = f"monitoring.models.{name}"
    if package is None:
        raise MonitoringError(
            "its model package was not loaded", where=where, mend="run it from its process file"
        )
    _refuse(where, sensor, package)
    return SoftPlan(
        name=name,
        title=sensor.title,
        hash=package.content_hash,
        unit=package.unit or "1",
        scorer=package.scorer,
        inputs=tuple(_input(where, sensor, given, units) for given in package.inputs),
        start=micros(sensor.start),
        every=micros(sensor.every),
        patience=micros(sensor.patience),
    )


def _refuse(where: str, sensor: SoftSensor, package: "Package") -> None:
    """Another package than the declared one, one that is not meant for this use, an input it does not have."""
    if package.content_hash != sensor.sha256:
        raise MonitoringError(
            f"the package has the content hash {package.content_hash}, not the declared one",
            where=f"{where}.sha256",
            mend="take the declared package, or declare this one and version the process",
        )
    if sensor.critical and (package.use.adaptive or not package.use.critical):
        raise MonitoringError(
            f"the model '{package.name}' is not meant for a critical use",
            where=f"{where}.critical",
            mend="freeze a model whose intended use is critical",
        )
    for name in sensor.inputs:
        if name not in package.names:
            raise MonitoringError(
                f"the model '{package.name}' has no input '{name}'",
                where=f"{where}.inputs",
                mend=suggestion(name, package.names),
            )


def _input(where: str, sensor: SoftSensor, given: "Input", units: Mapping[str, str]) -> SoftInput:
    place = f"{where}.inputs.{given.name}"
    source = sensor.source(given.name)
    if source is None:
        raise MonitoringError(
            f"nothing says what the model's input '{given.name}' is taken from",
            where=f"{where}.inputs",
            mend=f'add a line such as "{given.name}": TAG, or TAG @ 24 h',
        )
    if source.name not in units:
        raise MonitoringError(
            f"there is no tag and no belief called '{source.name}'",
            where=place,
            mend=suggestion(source.name, units),
        )
    wanted = given.unit or unit_in(given.name)[1]
    slope, offset = _scale(place, source.name, units[source.name], wanted)
    at = -1 if source.at is None else micros(source.at)
    return SoftInput(given.name, list(units).index(source.name), slope, offset, at)


def _scale(place: str, name: str, unit: str, wanted: str) -> tuple[float, float]:
    """Slope and offset to the model's unit; a model that names none takes the value in its own unit."""
    own = 1.0 / HOUR if name == BATCH_ELAPSED else 1.0
    if not wanted:
        return own, 0.0
    try:
        offset = convert(0.0, unit, wanted)
        return (convert(1.0, unit, wanted) - offset) * own, offset
    except UnitError as error:
        raise MonitoringError(
            f"the model wants it in {wanted}, '{name}' is in {unit}: {error.what}",
            where=place,
            mend="name a quantity of the same kind",
        ) from error
