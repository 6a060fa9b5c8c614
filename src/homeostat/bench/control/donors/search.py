"""The search for a rival's numbers, on the tuning donors alone: `python -m homeostat.bench.control.donors.search pid`.

    unit cube (Sobol) -> first donors -> the best, each shaken -> more donors -> shaken less -> ... -> file

Every candidate meets the same donors and the same cost (declared.yaml); docs/control-proof.md tells how many each had.
"""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy.stats import qmc

from homeostat.bench.control.donors.declaration import Contender, declared
from homeostat.bench.control.donors.rehearsal import rehearsed
from homeostat.bench.control.donors.scoring import cost

Point = Sequence[float]
FIRST = (64, 3)
"""Candidates, and on how many donors they are tried."""
ROUNDS = ((8, 4, 0.08, 6), (4, 3, 0.04, 8), (3, 0, 0.0, 16))
"""Each round: the best so far, shakes of each, their standard deviation in the unit cube, and donors to try all on."""
TAGS = ("lactate_online", "glucose_online", "viable_density")
START = "glucose_online < 10 mmol/L or elapsed >= 48 h"


def recipe(point: Point) -> dict[str, Any]:
    """Three steps of perfusion, when each begins, and the hour of harvest."""
    first, second, third = (_in(point[k], 0.5, high) for k, high in enumerate((8.0, 14.0, 24.0)))
    one, two, three = _in(point[3], 1.0, 3.0), _in(point[4], 2.0, 7.0), _in(point[5], 5.0, 14.0)
    until = f"batch_elapsed >= {_in(point[6], 216.0, 280.0):.0f} h"
    return {
        "title": "fixed recipe, steps and hour of harvest searched",
        "expansion": [
            {"name": "batch-growth", "until": f"viable_density >= {one:.2f} 1e6 cell/mL or {START}"},
            _step(
                "perfuse-first", first, f"viable_density >= {two:.2f} 1e6 cell/mL or elapsed >= 60 h", "6 %"
            ),
            _step("perfuse-second", second, f"viable_density >= {three:.2f} 1e6 cell/mL or elapsed >= 60 h"),
            {"name": "perfuse-third", "set": {"perfusion_pump": f"{third:.1f} mL/h"}, "until": until},
        ],
        "until": until,
    }


def pid(point: Point) -> dict[str, Any]:
    """What leads perfusion, set-point, gain, integral time, begin; harvest at a density, or by an hour."""
    tag = TAGS[min(int(3.0 * point[0]), 2)]
    setpoints = {"lactate_online": (6.0, 24.0), "glucose_online": (3.0, 14.0), "viable_density": (0.0, 8.0)}
    unit = "1e6 cell/mL" if tag == "viable_density" else "mmol/L"
    setpoint, gain = _in(point[1], *setpoints[tag]), 0.2 * 30.0 ** point[2]
    integral = 4.0 * 50.0 ** point[3]
    start, least = _in(point[4], 1.0, 5.0), _in(point[5], 6.0, 20.0)
    latest, begin = _in(point[6], 220.0, 280.0), _in(point[7], 1.0, 9.0)
    dense = f"viable_density >= {least:.2f} 1e6 cell/mL and batch_elapsed >= 216 h"
    until = f"{dense} or batch_elapsed >= {latest:.0f} h"
    loop = {
        "title": "Perfusion",
        "tag": tag,
        "actuator": "perfusion_pump",
        "mode": "manual",
        "setpoint": f"{setpoint:.2f} {unit}",
        "action": "reverse" if tag == "glucose_online" else "direct",
        "gain": f"{gain:.3f} mL/h/({unit})",
        "integral": f"{integral:.1f} h",
        "output": ["0 mL/h", "30 mL/h"],
        "rate": "6 mL/h/h",
    }
    return {
        "title": "PID on "
        + tag.removesuffix("_online").replace("_", " ")
        + ", harvest at a density or an hour",
        "expansion": [
            {"name": "batch-growth", "until": f"viable_density >= {start:.2f} 1e6 cell/mL or {START}"},
            {
                "name": "perfuse",
                "set": {
                    "perfusion_pump": f"{begin:.1f} mL/h",
                    "carbon_dioxide_gas": "5.5 %",
                    "stirrer_drive": "100 rpm",
                },
                "modes": {"perfusion": "auto"},
                "until": until,
            },
        ],
        "until": until,
        "strategy": {"perfusion": loop},
    }


RIVALS: dict[str, tuple[Callable[[Point], dict[str, Any]], int]] = {
    "recipe-searched": (recipe, 7),
    "pid": (pid, 8),
}
"""How a point of the unit cube becomes a contender, and how many numbers it has."""


def search(name: str, note: Callable[[str], None]) -> dict[str, Any]:
    """The best contender of a kind that the declared number of candidates finds."""
    make, numbers = RIVALS[name]
    count, few = FIRST
    ranked = _ranked(make, qmc.Sobol(numbers, rng=np.random.default_rng(5)).random(count).tolist(), few, note)
    rng = np.random.default_rng(6)
    for best, shakes, width, donors in ROUNDS:
        kept = ranked[:best]
        near = [np.clip(rng.normal(p, width), 0.0, 1.0).tolist() for p in kept for _ in range(shakes)]
        ranked = _ranked(make, [*kept, *near], donors, note)
    return make(ranked[0])


def _ranked(
    make: Callable[[Point], dict[str, Any]],
    points: list[list[float]],
    donors: int,
    note: Callable[[str], None],
) -> list[list[float]]:
    """Points by what they cost on the first tuning donors."""
    first = declared().seeds.tuning[0]
    costs = []
    for point in points:
        contender = Contender.model_validate(make(point))
        costs.append(cost([rehearsed(contender, seed) for seed in range(first, first + donors)]))
        note(f"{donors} donors, cost {costs[-1]:.3f}: {[round(x, 3) for x in point]}")
    return [points[k] for k in np.argsort(costs, kind="stable")]


def _in(share: float, low: float, high: float) -> float:
    return low + share * (high - low)


def _step(name: str, rate: float, until: str, gas: str = "5 %") -> dict[str, Any]:
    given = {"perfusion_pump": f"{rate:.1f} mL/h", "carbon_dioxide_gas": gas}
    return {"name": name, "set": given, "until": until}


if __name__ == "__main__":
    found = search(sys.argv[1], lambda text: print(text, file=sys.stderr, flush=True))
    target = Path(__file__).parent / "contenders" / f"{sys.argv[1]}.yaml"
    target.write_text(yaml.safe_dump(found, sort_keys=False, width=110), encoding="utf-8")
