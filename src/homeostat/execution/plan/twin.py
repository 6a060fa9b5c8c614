"""The twin: the model's vectors with the process's overrides, each converted to the model's unit."""

from collections.abc import Mapping

from homeostat.errors import HomeostatError, ProcessError
from homeostat.execution.plan.believing import InputSource, TwinPlan
from homeostat.execution.plan.observer import resolve_observer
from homeostat.process import Process, Quantity, convert
from homeostat.twin import Model, model
from homeostat.twin.models import named


def resolve_twin(
    process: Process, tags: tuple[str, ...], initial: Mapping[str, float], parameters: Mapping[str, float]
) -> TwinPlan:
    """The twin's vectors; known `initial` states and `parameters` go before what is declared.

    Raises ProcessError where a name or unit does not fit the model.
    """
    try:
        return _resolve(process, believed(process), tags, initial, parameters)
    except HomeostatError as error:
        raise ProcessError(error.what, where=error.where or "twin", mend=error.mend) from error


def believed(process: Process) -> str:
    """The name of the model that the twin follows: with the disturbances that its observer declares."""
    observer = process.twin.observer
    return named(process.twin.model, observer.disturbances if observer else ())


def _resolve(
    process: Process,
    name: str,
    tags: tuple[str, ...],
    known: Mapping[str, float],
    fixed: Mapping[str, float],
) -> TwinPlan:
    of = model(name)
    signature, twin = of.signature, process.twin
    states = {each: quantity.to(signature.states[each].unit) for each, quantity in twin.initial.items()}
    parameters = {each: q.to(signature.parameters[each].unit) for each, q in twin.parameters.items()}
    return TwinPlan(
        model=name,
        states=signature.states.names,
        outputs=signature.outputs.names,
        initial=signature.states.vector(states | dict(known)),
        parameters=signature.parameters.vector(parameters | dict(fixed)),
        inputs=tuple(_input(process, of, each, tags) for each in signature.inputs.names),
        defaults=signature.inputs.values,
        contents=tuple((each, _contents(of, m.contents)) for each, m in process.materials.items()),
        observer=resolve_observer(process, of, tags),
    )


def _input(process: Process, of: type[Model], name: str, tags: tuple[str, ...]) -> InputSource:
    """The tag that feeds a model input, with the conversion to the model's unit."""
    declared, tag = of.signature.inputs[name], process.twin.inputs.get(name)
    if tag is None:
        return InputSource(-1, 1.0, 0.0, declared.low, declared.high)
    unit = process.tags[tag].unit
    offset = convert(0.0, unit, declared.unit)
    slope = convert(1.0, unit, declared.unit) - offset
    return InputSource(tags.index(tag), slope, offset, declared.low, declared.high)


def _contents(of: type[Model], contents: Mapping[str, Quantity]) -> tuple[tuple[str, float], ...]:
    return tuple((name, quantity.to(of.signature.states[name].unit)) for name, quantity in contents.items())
