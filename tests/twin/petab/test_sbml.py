"""SBML models by hand, each with a closed form: what the import means, and what it refuses."""

import importlib
import math
from collections.abc import Callable, Sequence
from pathlib import Path

import casadi as ca
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Simulator, Status, simulate
from homeostat.twin.algebra import FLOATS, SYMBOLS
from homeostat.twin.petab import library, load_problem, read_model
from homeostat.twin.petab.expression import TIME, Scope
from homeostat.twin.petab.mathml import parse

Write = Callable[..., Path]
MATH = '<math xmlns="http://www.w3.org/1998/Math/MathML">'
TIME_ML = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
BOX = '<listOfCompartments><compartment id="box" size="4" constant="true"/></listOfCompartments>'


def species(*rows: str) -> str:
    flags = 'compartment="box" constant="false"'
    return "<listOfSpecies>" + "".join(f"<species {flags} {row}/>" for row in rows) + "</listOfSpecies>"


CONCENTRATION = 'hasOnlySubstanceUnits="false" boundaryCondition="false"'
AMOUNT = 'hasOnlySubstanceUnits="true" boundaryCondition="false"'


def parameters(**values: float) -> str:
    rows = "".join(f'<parameter id="{k}" value="{v}" constant="false"/>' for k, v in values.items())
    return f"<listOfParameters>{rows}</listOfParameters>"


def reaction(law: str, left: Sequence[str] = (), right: Sequence[str] = (), local: str = "") -> str:
    def side(kind: str, names: Sequence[str]) -> str:
        rows = "".join(f'<speciesReference species="{n}" stoichiometry="1" constant="true"/>' for n in names)
        return f"<listOf{kind}>{rows}</listOf{kind}>" if names else ""

    return (
        '<listOfReactions><reaction id="r" reversible="false">'
        f"{side('Reactants', left)}{side('Products', right)}"
        f"<kineticLaw>{MATH}{law}</math>{local}</kineticLaw></reaction></listOfReactions>"
    )


def rule(kind: str, variable: str, body: str) -> str:
    return f'<listOfRules><{kind}Rule variable="{variable}">{MATH}{body}</math></{kind}Rule></listOfRules>'


def end(write: Write, body: str, *, at: float = 2.0) -> dict[str, float]:
    """States by SBML name at time `at`, with all switches off."""
    imported = read_model(write(body).parent / "model.xml")
    simulator = Simulator(imported.model, rtol=1e-9, atol=1e-12)
    run = simulate(simulator, {}, (), {}, [0.0, at])
    assert run.status is Status.OK
    return dict(zip(imported.states, run.states[-1], strict=True))


def product(*items: str) -> str:
    return (
        "<apply><times/>" + "".join(i if i.startswith("<") else f"<ci>{i}</ci>" for i in items) + "</apply>"
    )


def test_reactions_move_amounts_so_concentrations_change_by_volume(write: Write) -> None:
    body = (
        BOX
        + species(f'id="A" initialConcentration="3" {CONCENTRATION}', f'id="N" initialAmount="0" {AMOUNT}')
        + parameters(k=0.5)
        + reaction(product("k", "A"), ["A"], ["N"])
    )
    found = end(write, body)
    a = 3.0 * math.exp(-0.5 * 2.0 / 4.0)
    assert found["A"] == pytest.approx(a, rel=1e-8)
    assert found["N"] == pytest.approx(4.0 * (3.0 - a), rel=1e-8)


def test_initial_amounts_and_concentrations_are_converted_to_what_the_symbol_means(write: Write) -> None:
    body = (
        BOX
        + species(f'id="A" initialAmount="8" {CONCENTRATION}', f'id="N" initialConcentration="3" {AMOUNT}')
        + parameters(k=0.0)
    )
    assert end(write, body) == pytest.approx({"A": 2.0, "N": 12.0})


def test_a_boundary_species_takes_part_but_does_not_change(write: Write) -> None:
    fixed = 'hasOnlySubstanceUnits="false" boundaryCondition="true"'
    body = (
        BOX
        + species(
            f'id="A" initialConcentration="3" {fixed}', f'id="B" initialConcentration="0" {CONCENTRATION}'
        )
        + parameters(k=0.5)
        + reaction(product("k", "A"), ["A"], ["B"])
    )
    assert end(write, body) == pytest.approx({"A": 3.0, "B": 0.5 * 3.0 * 2.0 / 4.0})


def test_own_parameters_of_a_law_hide_those_of_the_model(write: Write) -> None:
    local = '<listOfLocalParameters><localParameter id="k" value="0.25"/></listOfLocalParameters>'
    body = (
        BOX
        + species(f'id="A" initialAmount="8" {AMOUNT}')
        + parameters(k=99.0)
        + reaction(product("k", "A"), ["A"], local=local)
    )
    assert end(write, body)["A"] == pytest.approx(8.0 * math.exp(-0.5), rel=1e-8)


def test_functions_assignments_and_initial_assignments_are_expanded(write: Write) -> None:
    function = (
        f'<listOfFunctionDefinitions><functionDefinition id="half">{MATH}<lambda><bvar><ci>v</ci></bvar>'
        "<apply><divide/><ci>v</ci><cn>2</cn></apply></lambda></math></functionDefinition>"
        "</listOfFunctionDefinitions>"
    )
    start = (
        f'<listOfInitialAssignments><initialAssignment symbol="A">{MATH}'
        "<apply><plus/><ci>k</ci><ci>fast</ci></apply></math></initialAssignment></listOfInitialAssignments>"
    )
    fast = rule("assignment", "fast", "<apply><ci>half</ci><ci>k</ci></apply>")
    body = (
        function
        + BOX
        + species(f'id="A" {AMOUNT}')
        + parameters(k=2.0, fast=0.0)
        + start
        + fast
        + reaction(product("fast", "A"), ["A"])
    )
    assert end(write, body)["A"] == pytest.approx(3.0 * math.exp(-2.0), rel=1e-8)


def test_a_growing_compartment_dilutes(write: Write) -> None:
    vessel = '<listOfCompartments><compartment id="box" size="4" constant="false"/></listOfCompartments>'
    body = (
        vessel
        + species(f'id="A" initialConcentration="3" {CONCENTRATION}')
        + parameters(flow=0.5)
        + rule("rate", "box", "<ci>flow</ci>")
    )
    assert end(write, body) == pytest.approx({"A": 3.0 * 4.0 / 5.0, "box": 5.0}, rel=1e-8)


def test_a_conversion_factor_turns_extent_into_amount(write: Write) -> None:
    body = (
        BOX
        + species(f'id="A" initialAmount="8" conversionFactor="cf" {AMOUNT}')
        + '<listOfParameters><parameter id="cf" value="3" constant="true"/></listOfParameters>'
        + reaction("<cn>0.5</cn>", [], ["A"])
    )
    assert end(write, body)["A"] == pytest.approx(8.0 + 3.0 * 0.5 * 2.0)


def test_time_in_an_equation_becomes_a_clock(write: Write) -> None:
    body = BOX + species(f'id="A" initialAmount="1" {AMOUNT}') + reaction(product(TIME_ML, "A"), ["A"])
    found = end(write, body)
    assert found["A"] == pytest.approx(math.exp(-2.0), rel=1e-8)
    assert found["<clock>"] == pytest.approx(2.0)


def test_names_that_python_or_the_model_uses_are_told_apart(write: Write) -> None:
    body = BOX + species(*(f'id="{n}" initialAmount="{k}" {AMOUNT}' for k, n in enumerate(NAMES)))
    imported = read_model(write(body).parent / "model.xml")
    assert imported.states == NAMES
    assert len({*imported.attributes.values()}) == len(NAMES) + 1
    assert imported.model.signature.states.values == (0.0, 1.0, 2.0, 3.0, 4.0)


NAMES = ("rates", "rates_", "_rates", "lambda", "signature")

PULSE = (
    BOX
    + species(f'id="A" initialAmount="0" {AMOUNT}')
    + parameters(first=1.0, last=1.5, dose=0.0)
    + rule(
        "assignment",
        "dose",
        "<piecewise><piece><cn>3</cn><apply><and/>"
        f"<apply><geq/>{TIME_ML}<ci>first</ci></apply>"
        f"<apply><lt/><apply><times/><cn>2</cn>{TIME_ML}</apply><apply><times/><cn>2</cn><ci>last</ci></apply></apply>"
        "</apply></piece><otherwise><cn>0</cn></otherwise></piecewise>",
    )
    + reaction("<ci>dose</ci>", [], ["A"])
)


def test_a_pulse_begins_and_ends_exactly_under_every_condition(write: Write) -> None:
    path = write(
        PULSE,
        parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\ns\tlin\t0\t9\t1\t1\n",
        observables="observableId\tobservableFormula\tnoiseFormula\nseen\tA\ts\nnow\tdose\ts\n",
        conditions="conditionId\tfirst\tlast\nearly\t0.5\t0.75\nlate\t1.9\t2.6\nnever\t7\t9\n",
        measurements="observableId\tsimulationConditionId\tmeasurement\ttime\n"
        + "".join(f"{o}\t{c}\t1\t{t}\n" for c in EXPECTED for t in (0, 0.6, 2, 4) for o in ("seen", "now")),
    )
    problem = load_problem(path)
    values = problem.simulate(problem.nominal)[:, 0].reshape(3, 4, 2)
    for found, (amounts, doses) in zip(values, EXPECTED.values(), strict=True):
        assert found[:, 0] == pytest.approx(amounts, abs=1e-12)
        assert found[:, 1].tolist() == doses


EXPECTED = {
    "early": ([0.0, 0.3, 0.75, 0.75], [0.0, 3.0, 0.0, 0.0]),
    "late": ([0.0, 0.0, 0.3, 2.1], [0.0, 0.0, 3.0, 0.0]),
    "never": ([0.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0]),
}


def test_a_step_at_an_estimated_time_is_refused(write: Write) -> None:
    path = write(
        PULSE,
        parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
        "first\tlin\t0\t9\t1\t1\n",
    )
    with pytest.raises(TwinError, match="estimated parameter"):
        load_problem(path)


REFUSED = {
    "event": (
        '<listOfEvents><event id="shot" useValuesFromTriggerTime="true">'
        f'<trigger initialValue="true" persistent="true">{MATH}<true/></math></trigger></event></listOfEvents>',
        "event shot is not supported",
    ),
    "algebraic rule": (
        f"<listOfRules><algebraicRule>{MATH}<ci>k</ci></math></algebraicRule></listOfRules>",
        "algebraic rule .* is not supported",
    ),
    "delay": (
        rule(
            "rate",
            "k",
            '<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">delay</csymbol>'
            "<ci>k</ci><cn>1</cn></apply>",
        ),
        "rule of k: the function 'delay' is not supported",
    ),
    "sine": (rule("rate", "k", "<apply><sin/><ci>k</ci></apply>"), "the function 'sin.*' is not supported"),
    "circle": (
        rule("assignment", "k", "<ci>k</ci>") + reaction("<ci>k</ci>", [], ["A"]),
        "'k' is defined by itself",
    ),
    "no law": (
        '<listOfReactions><reaction id="r" reversible="false"/></listOfReactions>',
        "reaction r: there is no kinetic law",
    ),
    "changing volume": (rule("assignment", "box", "<ci>k</ci>"), "compartment box has an assignment rule"),
    "mixed condition": (
        rule(
            "rate",
            "k",
            f"<piecewise><piece><cn>1</cn><apply><lt/>{TIME_ML}<ci>A</ci></apply></piece>"
            "<otherwise><cn>0</cn></otherwise></piecewise>",
        ),
        "a condition depends on time and on A",
    ),
    "open piecewise": (
        rule(
            "rate",
            "k",
            "<piecewise><piece><cn>1</cn><apply><lt/><ci>k</ci><cn>1</cn></apply></piece></piecewise>",
        ),
        "a piecewise has no otherwise",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_done_exactly_is_refused_by_name(write: Write, what: str) -> None:
    part, message = REFUSED[what]
    volume = BOX.replace('constant="true"', 'constant="false"')
    body = volume + species(f'id="A" initialAmount="1" {AMOUNT}') + parameters(k=1.0)
    with pytest.raises(TwinError, match=message) as error:
        read_model(write(body + part).parent / "model.xml")
    assert "model.xml" in error.value.where


def test_a_missing_value_is_named(write: Write) -> None:
    body = BOX + species(f'id="A" {AMOUNT}')
    with pytest.raises(TwinError, match="A has no value"):
        read_model(write(body).parent / "model.xml")


@pytest.mark.parametrize("text", ["", "<sbml", "<html/>"])
def test_a_file_that_is_no_model_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "model.xml").write_text(text, encoding="utf-8")
    with pytest.raises(TwinError, match=r"SBML|model") as error:
        read_model(tmp_path / "model.xml")
    assert "model.xml" in error.value.where
    with pytest.raises(TwinError, match="no such file"):
        read_model(tmp_path / "other.xml")


FORMULAS = {
    "a ^ 2 - b / c": 9.0 - 2.0 / 4.0,
    "a**2 * -b": -18.0,
    "log(a) + log10(b) + ln(c)": math.log(3.0) + math.log10(2.0) + math.log(4.0),
    "log(b, c)": 2.0,
    "sqrt(c) + root(3, 8)": 4.0,
    "a ^ b": 9.0,
    "abs(b - a) + exp(0)": 2.0,
    "max(a, b, c) - min(a, b, c)": 2.0,
    "piecewise(1, a < b, 2, a >= c, 3)": 3.0,
    "piecewise(1, a > b && b < c, 2)": 1.0,
    "piecewise(1, a < b || b != 2, 2)": 2.0,
    "piecewise(1, !(a == b), 2)": 1.0,
    "piecewise(1, xor(a <= b, b <= a), 2)": 1.0,
    "tanh(a) - sinh(a) / cosh(a)": 0.0,
    "time + pi": 7.0 + math.pi,
    "1.5e-3 * 2": 0.003,
    "7": 7.0,
}


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_are_evaluated_as_written(text: str) -> None:
    scope = Scope({"a": 3.0, "b": 2.0, "c": 4.0, TIME: 7.0}, {}, FLOATS, "here")
    assert scope.evaluate(parse(text, "here")) == pytest.approx(FORMULAS[text], abs=1e-12)


def test_a_variable_exponent_has_finite_derivatives_at_zero() -> None:
    a, b = ca.SX.sym("a"), ca.SX.sym("b")
    value = Scope({"a": a, "b": b}, {}, SYMBOLS, "here").evaluate(parse("a ^ b", "here"))
    derivatives = ca.Function("f", [a, b], [value, ca.jacobian(value, a), ca.jacobian(value, b)])
    assert [float(v) for v in derivatives(0.0, 2.5)] == [0.0, 0.0, 0.0]
    assert [float(v) for v in derivatives(3.0, 2.0)] == pytest.approx([9.0, 6.0, 9.0 * math.log(3.0)])


@pytest.mark.parametrize("text", ["a +", "1 2", "sin(a)", "mystery(a)", "piecewise(1, a < b)", "exp(a, b)"])
def test_a_formula_that_cannot_be_read_is_refused_where_it_stands(text: str) -> None:
    with pytest.raises(TwinError) as error:
        parse(text, "observables.tsv, row 3")
    assert error.value.where == "observables.tsv, row 3"


def test_without_the_library_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, write: Write) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(importlib, "import_module", missing)
    library.libsbml.cache_clear()
    with pytest.raises(TwinError, match=r"homeostat\[petab\]"):
        load_problem(write())
