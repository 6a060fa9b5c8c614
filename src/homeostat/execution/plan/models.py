"""Models: each package's inputs found among what the scan knows, units converted, the declared hash compared."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from homeostat.errors import MonitoringError, UnitError
from homeostat.execution.plan.columns import known_units
from homeostat.execution.plan.soft import SoftInput, SoftPlan
from homeostat.execution.plan.steps import HOUR, micros
from homeostat.execution.plan.types import Plan
from homeostat.execution.plan.watching import WatchPlan
from homeostat.process import BATCH_ELAPSED, convert
from homeostat.process.issues import suggestion
from homeostat.process.soft import SoftSensor, unit_in

if TYPE_CHECKING:
    from homeostat.monitoring.package import Input, Package, WatchPackage


def resolve_models(
    plan: Plan, packages: "Mapping[str, Package | WatchPackage]"
) -> tuple[SoftPlan | WatchPlan, ...]:
    """Every soft sensor and watcher of the plan's process, in the order of the file.

    Raises MonitoringError where a package is missing, is another one, or does not fit the process.
    """
    units = known_units(plan)
    sensors = plan.process.monitoring.models.items()
    return tuple(_model(plan, name, sensor, packages.get(name), units) for name, sensor in sensors)


def check_model(plan: Plan, name: str, sensor: SoftSensor, package: "Package | WatchPackage") -> None:
    """Raise MonitoringError where a package is not the one that is declared, or does not fit the process."""
    _model(plan, name, sensor, package, known_units(plan))


def _model(
    plan: Plan,
    name: str,
    sensor: SoftSensor,
    package: "Package | WatchPackage | None",
    units: Mapping[str, str],
) -> SoftPlan | WatchPlan:
    where = f"monitoring.models.{name}"
    if package is None:
        raise MonitoringError(
            "its model package was not loaded", where=where, mend="run it from its process file"
        )
    _refuse(where, sensor, package)
    _vouched(plan, where, package)
    if package.format == "homeostat watcher 1":
        inputs = tuple(_input(where, sensor, given, units, now=True) for given in package.inputs)
        return _watcher(plan, name, sensor, package, inputs)
    inputs = tuple(_input(where, sensor, given, units, now=False) for given in package.inputs)
    return SoftPlan(
        name=name,
        title=sensor.title,
        hash=package.content_hash,
        unit=package.unit or "1",
        scorer=package.scorer,
        inputs=inputs,
        start=micros(sensor.start),
        every=micros(sensor.every),
        patience=micros(sensor.patience),
    )


def _vouched(plan: Plan, where: str, package: "Package | WatchPackage") -> None:
    """Refuse a signature that does not hold, and what none of the declared keys signed."""
    trusted = plan.process.monitoring.trusted
    if trusted or package.signature is not None:
        from homeostat.monitoring.package.signing import check_signature  # noqa: PLC0415 - needed by few

        check_signature(package, trusted, where)


def _watcher(
    plan: Plan, name: str, sensor: SoftSensor, package: "WatchPackage", inputs: tuple[SoftInput, ...]
) -> WatchPlan:
    """A watcher; it looks when its package says, so that what is declared must say the same."""
    where = f"monitoring.models.{name}"
    for field, declared, wanted in (
        ("every", sensor.every, package.interval),
        ("from", sensor.start, package.begins),
    ):
        if micros(declared) != round(wanted * HOUR):
            raise MonitoringError(
                f"the watcher '{package.name}' was learned with {wanted:g} h, {declared} is declared",
                where=f"{where}.{field}",
                mend=f"write {field}: {wanted:g} h, or learn another watcher",
            )
    return WatchPlan(
        name=name,
        title=sensor.title,
        hash=package.content_hash,
        watcher=package.watcher,
        inputs=inputs,
        start=micros(sensor.start),
        every=micros(sensor.every),
        patience=micros(sensor.patience),
        phases=_phases(plan, where, package),
    )


def _phases(plan: Plan, where: str, package: "WatchPackage") -> tuple[tuple[int, str], ...]:
    """The recipe's nodes that the watcher tells apart, the last first. Raises MonitoringError for unknown ones."""
    nodes = [(number, node.name) for number, node in enumerate(plan.nodes) if node.phase is not None]
    names = [name for _, name in nodes]
    for phase in package.watcher.phases:
        if phase not in names:
            raise MonitoringError(
                f"the watcher '{package.name}' knows a phase '{phase}' that the recipe has not",
                where=where,
                mend=suggestion(phase, names),
            )
    return tuple((number, name) for number, name in reversed(nodes) if name in package.watcher.phases)


def _refuse(where: str, sensor: SoftSensor, package: "Package | WatchPackage") -> None:
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


def _input(
    where: str, sensor: SoftSensor, given: "Input", units: Mapping[str, str], *, now: bool
) -> SoftInput:
    place = f"{where}.inputs.{given.name}"
    source = sensor.source(given.name, now=now)
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
