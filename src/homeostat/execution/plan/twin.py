"""The twin: the model's vectors with the process's overrides, each converted to the model's unit."""

from collections.abc import Mapping

from homeostat.errors import HomeostatError, ProcessError
from homeostat.execution.plan.believing import InputSource, TwinPlan
from homeostat.execution.plan.observer import resolve_observer
from homeostat.process import Process, Quantity, convert
from homeostat.twin import Model, model


def resolve_twin(
    process: Process, tags: tuple[str, ...], initial: Mapping[str, float], parameters: Mapping[str, float]
) -> TwinPlan:
    """The twin's vectors; known `initial` states and `parameters` go before what is declared.

    Raises ProcessError where a name or unit does not fit the model.
    """
    try:
        return _resolve(process, model(process.twin.model), tags, initial, parameters)
    except HomeostatError as error:
        raise ProcessError(error.what, where=error.where or "twin", mend=error.mend) from error


def _resolve(
    process: Process,
    of: type[Model],
    tags: tuple[str, ...],
    known: Mapping[str, float],
    fixed: Mapping[str, float],
) -> TwinPlan:
    signature, twin = of.signature, process.twin
    states = {name: quantity.to(signature.states[name].unit) for name, quantity in twin.initial.items()}
    parameters = {name: q.to(signature.parameters[name].unit) for name, q in twin.parameters.items()}
    return TwinPlan(
        model=twin.model,
        states=signature.states.names,
        outputs=signature.outputs.names,
        initial=signature.states.vector(states | dict(known)),
        parameters=signature.parameters.vector(parameters | dict(fixed)),
        inputs=tuple(_input(process, of, name, tags) for name in signature.inputs.names),
        defaults=signature.inputs.values,
        contents=tuple((name, _contents(of, m.contents)) for name, m in process.materials.items()),
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
