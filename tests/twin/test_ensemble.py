"""Ensembles: the same bits in any company, every report where it belongs, a status instead of a silent value."""

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from llvmlite import binding as llvm
from tests.marks import in_drills

from homeostat.errors import TwinError
from homeostat.twin import (
    Ensemble,
    Jump,
    Model,
    Segment,
    Simulator,
    Status,
    Target,
    model,
    models,
    output,
    parameter,
    simulate,
    state,
)
from homeostat.twin import input as model_input
from homeostat.twin.engine import cache, native
from homeostat.twin.engine.ensemble_kernel import emit_ensemble, ensemble_program
from homeostat.twin.engine.rosenbrock import RODAS3, RODAS4, Tableau, Tolerance
from homeostat.twin.engine.trace import Directions
from homeostat.twin.mixing import mix, withdraw

DAY = tuple(float(t) for t in range(25))
COURSE = (Segment(0.0), Segment(6.5), Segment(12.0))


class Vessel(Model):
    """A decay in a vessel that is fed, with a closed form; its logarithm is an output."""

    viable = state(2.0, "1e6 cell/mL", "cells that do nothing")
    level = state(1.0, "mmol/L", "decays", low=-math.inf)
    share = state(0.25, "1", "a fraction that nothing changes", high=1.0)
    volume = state(100.0, "mL", "volume", low=1.0, high=1000.0)
    feed = model_input(0.0, "mL/h", "feed without contents", low=0.0, high=100.0)
    rate = parameter(0.3, "1/h", "rate of decay", low=0.0, high=1e3)
    logarithm = output("1", "natural logarithm of the level")

    def rates(self, m: Any) -> dict[str, Any]:
        dilution = self.feed / self.volume
        return {
            "viable": -dilution * self.viable,
            "level": -(self.rate + dilution) * self.level,
            "share": 0.0,
            "volume": self.feed,
        }

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"logarithm": m.log(self.level)}


@pytest.fixture(scope="module")
def vessel() -> Ensemble:
    return Ensemble(Vessel, method="rodas4", rtol=1e-9, atol=1e-12, columns=("level", "volume", "logarithm"))


@pytest.fixture(scope="module")
def ensembles() -> Mapping[str, Ensemble]:
    """Every shipped model at everyday tolerance."""
    return {name: Ensemble(declared, rtol=1e-5, atol=1e-7) for name, declared in models().items()}


def _donors(declared: type[Model], n: int, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Initial states and parameters of `n` batches, each within its declared bounds."""
    numbers = np.random.default_rng(seed)
    drawn = []
    for group in declared.signature.states, declared.signature.parameters:
        low, high = (np.array([getattr(q, side) for q in group]) for side in ("low", "high"))
        values = np.array(group.vector()) * np.exp(0.05 * numbers.standard_normal((n, len(group))))
        drawn.append(np.clip(values, low, high))
    return drawn[0], drawn[1]


def _course(declared: type[Model], n: int) -> np.ndarray:
    """Inputs of `n` batches over `COURSE`, within a tenth of the declared values and their bounds."""
    group, numbers = declared.signature.inputs, np.random.default_rng(5)
    low, high = (np.array([getattr(q, side) for q in group]) for side in ("low", "high"))
    values = np.array(group.vector()) * (1.0 + 0.1 * numbers.random((n, len(COURSE), len(group))))
    return np.clip(values, low, high)


def test_reports_and_volumes_follow_their_closed_form(vessel: Ensemble) -> None:
    rates = np.array([[0.1], [0.3], [2.0]])
    times = np.array([0.0, 0.25, 3.0, 3.5, 7.0, 7.0, 9.75])
    done = vessel.run(times, [Segment(3.0, {"feed": 10.0})], parameters=rates)
    volume = 100.0 + 10.0 * np.maximum(times - 3.0, 0.0)
    level = np.exp(-rates * times) * 100.0 / volume
    assert done.sound.all()
    np.testing.assert_allclose(done.column("volume"), np.broadcast_to(volume, (3, 7)), rtol=1e-12)
    np.testing.assert_allclose(done.column("level"), level, rtol=2e-7, atol=1e-11)
    np.testing.assert_allclose(done.column("logarithm"), np.log(level), rtol=1e-6, atol=1e-4)


@pytest.mark.parametrize(("tableau", "order"), [(RODAS3, 2), (RODAS4, 3)])
def test_dense_output_meets_the_order_conditions_all_along_a_step(tableau: Tableau, order: int) -> None:
    """Hairer & Wanner 1996, table IV.7.1, with the right-hand sides of a step of length t."""
    stages = len(tableau.m)
    a, c = (np.zeros((stages, stages)) for _ in range(2))
    for i in range(1, stages):
        a[i, : len(tableau.a[i])], c[i, : len(tableau.c[i])] = tableau.a[i], tableau.c[i]
    gamma = np.linalg.inv(np.eye(stages) / tableau.gamma - c)
    beta = a @ gamma + gamma
    d = np.array([(*weights, *[0.0] * (stages - len(weights))) for weights in tableau.d])
    for t in (0.0, 0.2, 0.5, 0.9, 1.0):
        b = (t * np.array(tableau.m) + t * (1.0 - t) * (d[0] + t * d[1])) @ gamma
        assert [b.sum(), b @ beta.sum(1)] == pytest.approx([t, t**2 / 2], abs=1e-12)
        if order == 3 or t == 1.0:
            third = [b @ (a @ gamma).sum(1) ** 2, b @ beta @ beta.sum(1)]
            assert third == pytest.approx([t**3 / 3, t**3 / 6], abs=1e-12)


LARGE = "raav_hek293"
SMALL = [name for name in models() if name != LARGE]


@pytest.mark.parametrize("name", [*SMALL[:2], *in_drills([*SMALL[2:], LARGE])])
@pytest.mark.parametrize("method", ["rodas3", "rodas4"])
def test_every_model_follows_its_tight_reference(name: str, method: str, reference: Any) -> None:
    declared = model(name)
    found = Ensemble(declared, method=method, rtol=1e-6, atol=1e-9).run(DAY, COURSE)
    expected = reference(declared, {}, COURSE, DAY)
    assert found.sound.all()
    scale = np.abs(expected).max(axis=0) + 1e-6
    assert np.abs((found.values[0] - expected) / scale).max() < (2e-4 if method == "rodas3" else 1e-4)


@pytest.mark.parametrize("name", [*SMALL[:2], *in_drills([*SMALL[2:], LARGE])])
def test_a_batch_has_the_same_bits_in_any_company(name: str, ensembles: Mapping[str, Ensemble]) -> None:
    ensemble, n = ensembles[name], 11
    states, parameters = _donors(ensemble.model, n)
    inputs = _course(ensemble.model, n)
    whole = ensemble.run(DAY, COURSE, states=states, parameters=parameters, inputs=inputs, threads=1)
    order = np.random.default_rng(1).permutation(n)
    mixed = ensemble.run(
        DAY, COURSE, states=states[order], parameters=parameters[order], inputs=inputs[order], threads=3
    )
    alone = ensemble.run(DAY, COURSE, states=states[4], parameters=parameters[4], inputs=inputs[4:5])
    assert mixed.values.tobytes() == whole.values[order].tobytes()
    assert alone.values.tobytes() == whole.values[4:5].tobytes()
    assert mixed.steps.tolist() == whole.steps[order].tolist()


def _targets() -> Iterator[tuple[Target, int]]:
    """Processors that this one can stand in for, with the lanes they would use; one that must emulate fused sums."""
    host = Target.host()
    yield from ((host, width) for width in (1, 2, 4, 8))
    if llvm.get_process_triple().startswith("x86_64"):
        features = llvm.get_host_cpu_features()
        yield Target("x86-64", ""), 2
        if features.get("avx2"):
            yield Target("haswell", "+avx2,+fma"), 4
        if features.get("avx512f"):
            yield Target("skylake-avx512", ""), 8


@pytest.mark.parametrize("name", [*SMALL[:1], *in_drills([*SMALL[1:], LARGE])])
def test_every_instruction_set_and_width_gives_the_same_bits(name: str) -> None:
    declared = model(name)
    states, parameters = _donors(declared, 5)
    found = set()
    for target, width in _targets():
        ensemble = Ensemble(declared, rtol=1e-4, target=target, width=width)
        found.add(ensemble.run(DAY, COURSE, states=states, parameters=parameters).values.tobytes())
    assert len(found) == 1


def test_jumps_are_the_balances_of_mixing() -> None:
    ensemble = Ensemble(Vessel, rtol=1e-8, atol=1e-11)
    contents = {"viable": 5.0, "level": 3.0, "share": 0.75}
    jumps = [
        Jump(2.0, draw=20.0, retain=("viable",)),
        Jump(2.0, bolus=30.0, contents=contents),
        Jump(5.0, draw=10.0, bolus=5.0, scale={"level": 0.5}, assign={"share": 0.1}, add={"share": 0.2}),
    ]
    done = ensemble.run((0.0, 2.0, 5.0), jumps=jumps, parameters=np.array([0.0]))
    x = mix(Vessel, withdraw(Vessel, Vessel.signature.states.vector(), 20.0, ("viable",)), 30.0, contents)
    np.testing.assert_allclose(done.values[0, 1], x, rtol=1e-12)
    viable, level, _, volume = mix(Vessel, withdraw(Vessel, x, 10.0), 5.0, {})
    np.testing.assert_allclose(done.values[0, 2], (viable, level / 2, 0.3, volume), rtol=1e-9)


def test_the_scalar_simulation_makes_the_same_jumps(vessel: Ensemble) -> None:
    jumps = [Jump(0.0, bolus=50.0), Jump(1.0, draw=30.0), Jump(1.0, scale={"level": 2.0}), Jump(4.0)]
    one = simulate(Simulator(Vessel, rtol=1e-9, atol=1e-12), {}, (), {}, DAY, jumps)
    many = Ensemble(Vessel, method="rodas4", rtol=1e-9, atol=1e-12).run(DAY, jumps=jumps)
    np.testing.assert_allclose(many.values[0], one.states, rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("name", models())
def test_the_scan_and_the_ensemble_agree(name: str, ensembles: Mapping[str, Ensemble]) -> None:
    declared = model(name)
    course = simulate(Simulator(declared), {}, COURSE, {}, DAY)
    many = ensembles[name].run(DAY, COURSE)
    scale = np.abs(course.states).max(axis=0) + 1e-6
    assert np.abs((many.values[0] - course.states) / scale).max() < 1e-3


class Fates(Model):
    """One model, four ends: fine, beyond its bounds, without number, without end."""

    x = state(1.0, "1", "grows as its power", high=2.5)
    fate = parameter(0.0, "1", "power of the growth", low=-10.0, high=10.0)
    logarithm = output("1", "natural logarithm of 2 - x")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": m.pow(self.x, self.fate)}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"logarithm": m.log(2.0 - self.x)}


def test_a_failed_batch_says_so_and_shows_no_number() -> None:
    ensemble = Ensemble(Fates, columns=("x",), rtol=1e-6)
    fates = np.array([[0.0], [1.0], [math.nan], [20.0], [0.5]])
    done = ensemble.run((0.0, 0.1, 0.2, 1.0), parameters=fates, threads=1)
    expected = [Status.OK, Status.OUT_OF_BOUNDS, Status.NON_FINITE, Status.OUT_OF_BOUNDS, Status.OK]
    assert done.status.tolist() == expected
    assert done.rows.tolist() == [4, 3, 0, 0, 4]
    for values, rows in zip(done.values, done.rows, strict=True):
        assert np.isfinite(values[:rows]).all()
        assert np.isnan(values[rows:]).all()
    np.testing.assert_allclose(done.values[0, :, 0], (1.0, 1.1, 1.2, 2.0), rtol=1e-6)


def test_an_output_that_is_no_number_ends_its_batch() -> None:
    done = Ensemble(Fates, columns=("logarithm",)).run((0.0, 0.4, 0.8, 1.2, 1.6), parameters=np.array([0.0]))
    assert done.status[0] == Status.NON_FINITE
    assert done.rows[0] == 3
    assert np.isnan(done.values[0, 3:]).all()


def test_inputs_and_jumps_beyond_their_bounds_are_a_status(vessel: Ensemble) -> None:
    flooded = vessel.run(DAY, jumps=[Jump(2.0, bolus=1000.0)])
    drained = vessel.run(DAY, jumps=[Jump(2.0, draw=100.0)])
    overfed = vessel.run(DAY, [Segment(2.0, {"feed": 1e3})])
    for done in (flooded, drained, overfed):
        assert done.status[0] in (Status.OUT_OF_BOUNDS, Status.NON_FINITE)
        assert done.rows[0] == 2


@pytest.mark.drill
@settings(max_examples=25)
@given(st.data())
def test_parameters_within_bounds_never_crash_or_hang(data: st.DataObject) -> None:
    """Whatever a user may declare as possible ends in time, with a status, and without a number behind it."""
    declared = model(data.draw(st.sampled_from(sorted(models()))))
    ensemble = Ensemble(declared, rtol=1e-3, atol=1e-5)
    rows = []
    for group in (declared.signature.states, declared.signature.parameters):
        bounds = [(max(q.low, -1e6), min(q.high, 1e6)) for q in group]
        rows.append(np.array([data.draw(st.floats(low, high)) for low, high in bounds]))
    done = ensemble.run((0.0, 1.0, 24.0), states=rows[0], parameters=rows[1])
    assert int(done.status[0]) in set(Status)
    assert np.isfinite(done.values[0, : done.rows[0]]).all()
    assert np.isnan(done.values[0, done.rows[0] :]).all()


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=4, max_size=4), st.floats())
def test_absurd_arguments_have_a_status(states: list[float], rate: float) -> None:
    done = ABSURD.run((0.0, 1.0), states=np.array(states), parameters=np.array([rate]))
    low = [q.low for q in Vessel.signature.states]
    possible = all(math.isfinite(x) and lowest - 1e-6 <= x for x, lowest in zip(states, low, strict=True))
    if not possible or not 0.0 <= rate <= 1e3:
        assert done.status[0] != Status.OK
        assert np.isnan(done.values).all()


ABSURD = Ensemble(Vessel)


def _read_only(shape: tuple[int, ...]) -> np.ndarray:
    memory = np.zeros(shape)
    memory.flags.writeable = False
    return memory


@pytest.mark.parametrize(
    ("call", "what"),
    [
        (lambda e: e.run(()), "times"),
        (lambda e: e.run((1.0, 0.0)), "times"),
        (lambda e: e.run(DAY, states=np.ones((2, 3))), "expected 4 state"),
        (lambda e: e.run(DAY, states=np.ones((2, 4)), parameters=np.ones((3, 1))), "of [2, 3] batches"),
        (lambda e: e.run(DAY, parameters=np.ones((0, 1))), "batches"),
        (lambda e: e.run(DAY, COURSE, inputs=np.ones((2, 2, 1))), "shape (n, 3, 1)"),
        (lambda e: e.run(DAY, out=np.empty((1, 25, 2))), "`out`"),
        (lambda e: e.run(DAY, out=_read_only((1, 25, 3))), "`out`"),
        (lambda e: e.run(DAY, out=[1.0]), "`out`"),
        (lambda e: e.run(DAY, threads=0), "threads"),
        (lambda e: e.run(DAY, states="x"), "real numbers"),
        (lambda e: e.run(DAY, states=np.ones(4) * 1j), "real numbers"),
        (lambda e: Ensemble(Vessel, width=-1), "width"),
        (lambda e: Ensemble(Vessel, columns="level"), "list of names"),
        (lambda e: e.run(DAY, jumps=[Jump(-1.0)]), "no place in time"),
        (lambda e: e.run(DAY, jumps=[Jump(1.0, bolus=-1.0)]), "not a volume"),
        (lambda e: e.run(DAY, jumps=[Jump(1.0, contents={"nothing": 1.0})]), "nothing"),
        (lambda e: Ensemble(Vessel, columns=("nothing",)), "nothing"),
        (lambda e: Ensemble(Vessel, columns=()), "report"),
        (lambda e: Ensemble(Vessel, directions=("nothing",)), "sensitivity"),
        (lambda e: Ensemble(Vessel, directions=("rate", "rate")), "sensitivity"),
        (lambda e: Ensemble(Vessel, method="euler"), "rodas3"),
        (lambda e: Ensemble(Vessel, rtol=-1.0), "tolerances"),
    ],
)
def test_a_wrong_call_is_told_what_is_wrong(vessel: Ensemble, call: Any, what: str) -> None:
    with pytest.raises(TwinError) as told:
        call(vessel)
    assert what in f"{told.value}"


def test_results_go_into_memory_of_the_caller(vessel: Ensemble) -> None:
    out = np.full((2, 25, 3), 7.0)
    done = vessel.run(DAY, parameters=np.array([[0.1], [0.2]]), out=out)
    assert done.values is out
    assert np.isfinite(out).all()


def test_a_compiled_kernel_is_kept_between_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(native, "_LIBRARIES", {})
    first = Ensemble(Vessel).run(DAY).values
    (kept,) = cache.cache_folder().iterdir()
    monkeypatch.setattr(native, "_LIBRARIES", {})
    monkeypatch.setattr(native, "_compile", _must_not_compile)
    assert Ensemble(Vessel).run(DAY).values.tobytes() == first.tobytes()
    kept.write_bytes(kept.read_bytes()[:-1] + b"x")  # damaged: then it is compiled again, and kept again
    monkeypatch.undo()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(native, "_LIBRARIES", {})
    assert Ensemble(Vessel).run(DAY).values.tobytes() == first.tobytes()
    assert cache.read_cached(kept.stem) is not None


def _must_not_compile(*_: Any) -> bytes:
    raise AssertionError("compiled although it was kept")


def test_a_cache_that_cannot_be_written_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setattr(native, "_LIBRARIES", {})
    assert Ensemble(Vessel).run(DAY).sound.all()


def test_the_cache_does_not_grow_without_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(cache, "KEPT", 2)
    for age, name in enumerate("abcd"):
        cache.write_cached(name, name.encode())
        os.utime(cache.cache_folder() / f"{name}.o", (age, age))
    cache.write_cached("e", b"e")
    assert [cache.read_cached(name) for name in "abcde"] == [None, None, None, b"d", b"e"]


def test_fingerprints_tell_settings_apart() -> None:
    kinds: Sequence[Mapping[str, Any]] = (
        {},
        {"rtol": 1e-5},
        {"method": "rodas3"},
        {"columns": ("level",)},
        {"directions": ("rate",)},
    )
    assert len({Ensemble(Vessel, **kind).fingerprint for kind in kinds}) == len(kinds)


def test_a_processor_with_neon_is_compiled_for_as_well() -> None:
    """Not run here, but emitted: two lanes, fused multiply-adds as instructions of their own."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    program = ensemble_program(
        Vessel.function(),
        Vessel.signature,
        tolerance=Tolerance(1e-4, 1e-6),
        tableau=RODAS3,
        columns=("level",),
        along=Directions.of(Vessel.signature, ("rate",)),
    )
    machine = llvm.Target.from_triple("aarch64-linux-gnu").create_target_machine(cpu="neoverse-n1", opt=1)
    assembly = machine.emit_assembly(llvm.parse_assembly(str(emit_ensemble(program, 2))))
    assert "fmla\tv" in assembly
    assert ".2d" in assembly
