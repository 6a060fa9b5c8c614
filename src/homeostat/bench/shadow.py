"""How well the twin, run as a digital shadow of recorded yeast runs, predicts what the laboratory measured.

    recorded log -> execution -> record's pairs (measured, predicted) -> root mean square errors, beside rivals'

The data set is public but not shipped: it is looked for in ../shared, or where HOMEOSTAT_DATA says.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homeostat.bench.measuring import scratch, spread
from homeostat.bench.result import Result, Rival
from homeostat.bench.scan import Unwatched
from homeostat.errors import EquipmentError
from homeostat.execution import Options, run
from homeostat.historian import Historian
from homeostat.process import Process, Quantity, load
from homeostat.quality import batch_record
from homeostat.quality.model import ComparisonLine
from homeostat.site import Site
from homeostat.twin import model

PROCESS = "yeast-fed-batch"
FITTED = (4, 5, 6)
"""Runs that the shipped parameters were fitted to (studies/yeast_fit.py)."""
HELD_OUT = (7,)
"""Runs that no fit has used."""
QUANTITIES = ("biomass", "glucose", "ethanol")
UNIT = "g/L"
PLACE = "HOMEOSTAT_DATA"
"""The environment variable that names another folder with the data set."""
USUAL = Path("..", "shared", "data", "yeast_fedbatch_senck")

TEXTBOOK: Mapping[str, float] = {
    "uptake_max": 3.5,
    "glucose_half": 0.1,
    "respiration_max": 0.256,
    "yield_respired": 0.49,
    "yield_fermented": 0.05,
    "ethanol_formed": 0.48,
    "ethanol_max": 0.236,
    "yield_ethanol": 0.72,
    "maintenance": 0.0,
    "repressed": 1.0,
}
"""Sonnleitner & Kaeppeli 1986 as later work on yeast control commonly quotes it: no upkeep, no slow derepression."""

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pairs:
    """One quantity at the n samples it was measured in: times in µs, values and the twin's in g/L, each (n,)."""

    time: Array
    measured: Array
    predicted: Array


@dataclass(frozen=True)
class Shadow:
    """One executed run: pairs by quantity, and what a balance needs at the time of each of n biomass samples.

    `begun` is the biomass at the start and `grown` (n,) the measured gain, both in g; `told` (n, 2) the glucose in g
    that was there or fed and is gone by the measurement, and the ethanol in g that was measured; `volume` (n,) in L.
    """

    pairs: Mapping[str, Pairs]
    begun: float
    grown: Array
    told: Array
    volume: Array

    def balanced(self, yields: Array) -> Array:
        """Biomass (n,) in g/L if it is made with `yields` (1 or 2,) of what is told, in this order."""
        return (self.begun + self.told[:, : len(yields)] @ yields) / self.volume


def measure(*, quick: bool) -> list[Result]:
    """Errors of biomass, glucose and ethanol in each run; `quick` leaves out the rival that is executed as well."""
    folder, process = data_folder(), load(PROCESS)
    numbers = FITTED + HELD_OUT
    with scratch() as place:
        site = Site.create(place / "site")
        ours = {number: _execute(site, process, folder, number, "shipped") for number in numbers}
        book = {
            number: _execute(site, _textbook(process), folder, number, "textbook")
            for number in (() if quick else numbers)
        }
    train = [ours[number] for number in FITTED]
    yields = [constant_yields(train, count) for count in (1, 2)]
    return [
        result for number in numbers for result in _results(number, ours[number], book.get(number), yields)
    ]


def constant_yields(shadows: Sequence[Shadow], count: int) -> Array:
    """Biomass in g/g (`count`,) on the first `count` of what is told: least squares over all samples of `shadows`."""
    told = np.concatenate([shadow.told[:, :count] for shadow in shadows])
    grown = np.concatenate([shadow.grown for shadow in shadows])
    return np.asarray(np.linalg.lstsq(told, grown, rcond=None)[0], np.float64)


def rmse(predicted: Array, measured: Array) -> float:
    """Root mean square of the differences (n,)."""
    return float(np.sqrt(np.mean((predicted - measured) ** 2)))


def data_folder() -> Path:
    """Where the data set lies. Raises EquipmentError when it is not there."""
    folder = Path(os.environ.get(PLACE) or USUAL)
    if not (folder / "online").is_dir():
        raise EquipmentError(
            "the recorded yeast runs are not there",
            where=str(folder / "online"),
            mend=f"set {PLACE} to the folder that holds online, offline, CO2 and metadata.xlsx",
        )
    return folder


def _textbook(process: Process) -> Process:
    """The same process, its twin with the textbook's parameters and its respiration fully derepressed."""
    signature = model(process.twin.model).signature
    parameters = {name: Quantity(value, signature.parameters[name].unit) for name, value in TEXTBOOK.items()}
    initial = dict(process.twin.initial) | {"respiration": Quantity(1.0, "1")}
    twin = process.twin.model_copy(update={"parameters": parameters, "initial": initial})
    return process.model_copy(update={"twin": twin})


def _execute(site: Site, process: Process, folder: Path, number: int, label: str) -> Shadow:
    batch, log = f"{label}-{number}", folder / "online" / f"online_{number}.CSV"
    run(site, process, Options(batch, "bench", f"recorded:{log}"), Unwatched())
    with site.reading() as (ledger, historian):
        lines = {line.quantity: line for line in batch_record(ledger, historian, batch).comparisons}
        if lacking := [name for name in QUANTITIES if name not in lines]:
            raise EquipmentError(
                f"the laboratory's results lack {', '.join(lacking)}",
                where=str(folder / "offline"),
                mend="complete the data set: its offline files hold every run's samples",
            )
        fed = process.materials["feed-solution"].contents["glucose"].to(UNIT)
        return _shadow({name: _pairs(lines[name]) for name in QUANTITIES}, fed, historian, batch)


def _pairs(line: ComparisonLine) -> Pairs:
    return Pairs(
        np.array([float(pair.time) for pair in line.pairs]),
        np.array([pair.measured for pair in line.pairs]),
        np.array([pair.predicted for pair in line.pairs]),
    )


def _shadow(pairs: Mapping[str, Pairs], fed: float, historian: Historian, batch: str) -> Shadow:
    """The run's amounts: `fed` is the feed's glucose in g/L, and the volume is what the feed pump's log made it."""
    biomass, tape = pairs["biomass"], historian.read(batch, "twin.volume")
    first = {name: float(historian.read(batch, f"twin.{name}").value[0]) for name in ("biomass", "glucose")}
    volume, start = np.interp(biomass.time, tape.time, tape.value), float(tape.value[0])
    left = {name: _beside(pairs[name], biomass.time) * volume for name in ("glucose", "ethanol")}
    used = first["glucose"] * start + fed * (volume - start) - left["glucose"]
    return Shadow(
        pairs=pairs,
        begun=first["biomass"] * start,
        grown=biomass.measured * volume - first["biomass"] * start,
        told=np.stack([used, left["ethanol"]], axis=1),
        volume=volume,
    )


def _beside(pairs: Pairs, times: Array) -> Array:
    """What was measured in the samples of `times`; between its neighbours where a sample lacks the quantity."""
    return np.interp(times, pairs.time, pairs.measured)


def _results(number: int, ours: Shadow, book: Shadow | None, yields: Sequence[Array]) -> Iterator[Result]:
    use = "fitted on" if number in FITTED else "held out"
    for name in QUANTITIES:
        pairs = ours.pairs[name]
        rivals = _balances(ours, name, yields)
        if book is not None:
            said = rmse(book.pairs[name].predicted, book.pairs[name].measured)
            rivals.append(_rival("the same model, textbook parameters, no fit", said))
        yield Result(
            f"shadow: RMSE of {name}, run {number} ({use}), {len(pairs.measured)} samples",
            spread([rmse(pairs.predicted, pairs.measured)]),
            UNIT,
            better="less",
            rivals=tuple(rivals),
        )


def _balances(ours: Shadow, name: str, yields: Sequence[Array]) -> list[Rival]:
    """Without kinetics: constant yields on what was measured to be gone; glucose and ethanol never stay."""
    measured = ours.pairs[name].measured
    if name != "biomass":
        return [_rival(f"no {name}, ever", rmse(np.zeros_like(measured), measured))]
    known = ("constant yield, told the glucose measured", "two yields, told the glucose and ethanol measured")
    return [
        _rival(what, rmse(ours.balanced(factors), measured))
        for what, factors in zip(known, yields, strict=True)
    ]


def _rival(what: str, value: float) -> Rival:
    return Rival(what, spread([value]), UNIT)
