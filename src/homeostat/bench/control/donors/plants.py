"""The batch of one donor under one contender: the shipped process with that expansion and the donor's troubles.

car-t -> + expansion, loops, controllers -> + mismatch and faults of the seed -> process to execute
"""

from functools import cache
from typing import Any

from homeostat.bench.control.donors.declaration import Contender, declared
from homeostat.equipment.randomness import generator
from homeostat.execution.trial import hastened
from homeostat.process import Process, Quantity, load
from homeostat.process.seeded import SeededFault

BESIDE = ("daily-samples", "transduction-check", "interleukin-supplement")
TRUE = "release"
"""The assay without variation that says what is in the product."""
PATIENT = Quantity(1.0, "h")
"""How long a plan may take here, and be silent: batches run as fast as they can, on a machine with other work."""


def plant(contender: Contender, seed: int, scan: Quantity | None = None) -> Process:
    """The process that is executed for the donor of `seed`, with a scan every `scan` (default: as declared)."""
    process = _steered(contender, scan or declared().scan)
    return process.model_copy(
        update={
            "assays": _laboratory(process, seed),
            "simulation": process.simulation.model_copy(update={"faults": troubles(seed)}),
        }
    )


def troubles(seed: int) -> tuple[SeededFault, ...]:
    """Kinetics that differ from the twin's, then the sensors' faults of the donor of `seed`."""
    contest = declared()
    size = contest.mismatch.size.to("1")
    kinetics = [_differs(name, 1.0 + size * _uniform(seed, name)) for name in contest.mismatch.of]
    entry = contest.faults[seed % len(contest.faults)]
    return (*kinetics, *(() if entry == "late" else entry))


def _differs(name: str, share: float) -> SeededFault:
    return SeededFault(kind="parameter", of=name, at=Quantity(0.0, "h"), size=Quantity(share, "1"))


def _uniform(seed: int, name: str) -> float:
    """Within -1 and 1; each parameter has a stream of its own."""
    return float(generator(seed, "donors", "kinetics", name).uniform(-1.0, 1.0))


def _laboratory(process: Process, seed: int) -> dict[str, Any]:
    contest = declared()
    late = contest.late if contest.faults[seed % len(contest.faults)] == "late" else {}
    return {
        name: assay.model_copy(update={"turnaround": late[name]}) if name in late else assay
        for name, assay in process.assays.items()
    }


def _steered(contender: Contender, scan: Quantity) -> Process:
    process = hastened(_base(), scan)
    tree = process.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    tree["strategy"] |= _dumped(contender.strategy)
    tree["controllers"] = _dumped(contender.controllers)
    for each in tree["controllers"].values():
        each["deadline"] = each["heartbeat"] = str(PATIENT)
    operations = {each["name"]: each for each in tree["recipe"]["procedure"][0]["operations"]}
    _expand(operations["expansion"], contender)
    _hand_over(operations["harvest"], contender)
    _judge_truly(tree, operations["harvest"])
    if not contender.observes:
        tree["twin"].pop("observer")
    return Process.model_validate(tree)


@cache
def _base() -> Process:
    return load("car-t")


def _dumped(parts: dict[str, Any]) -> dict[str, Any]:
    return {n: p.model_dump(mode="json", by_alias=True, exclude_defaults=True) for n, p in parts.items()}


def _expand(operation: dict[str, Any], contender: Contender) -> None:
    """The contender's phases, beside them the samples and the supplement of the shipped process."""
    beside = [phase for phase in operation["phases"] if phase["name"] in BESIDE]
    for phase in beside[:2]:
        phase["until"] = str(contender.until)
    operation["phases"] = [{"title": each["name"], **each} for each in contender.expansion] + beside


def _hand_over(operation: dict[str, Any], contender: Contender) -> None:
    """The pump is stopped by the recipe, whoever moved it before."""
    stop = operation["phases"][0]
    stop["modes"] = dict.fromkeys(contender.strategy, "manual")


def _judge_truly(tree: dict[str, Any], harvest: dict[str, Any]) -> None:
    """What is said of the product is true: an assay of its own without variation."""
    judged = {name: tree["attributes"][name] for name in declared().specification}
    units = {a["quantity"]: tree["assays"][a["assay"]]["reports"][a["quantity"]] for a in judged.values()}
    tree["assays"][TRUE] = {
        "title": "What is in the product",
        "reports": units,
        "turnaround": "10 min",
        "variation": "0 %",
    }
    for attribute in judged.values():
        attribute["assay"] = TRUE
    phase = next(each for each in harvest["phases"] if each["name"] == "product-samples")
    phase["samples"] = [{"assays": [TRUE], "volume": "2 mL"}]
