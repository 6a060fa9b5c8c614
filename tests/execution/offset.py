"""A perfused culture at rest whose glucose a plan holds, in a plant that does not take it up as the twin believes."""

from homeostat.process import Process

from .steered import STEERED

AIM = 15.0
"""The glucose that the plan aims at, mmol/L."""
UPTAKE = 0.1
"""What a cell takes up as the twin believes, pmol/h."""
HOURS = 60


def culture(share: float, *, disturbances: dict[str, str] | None = None) -> Process:
    """Cells that do not grow but eat, in the plant by a `share` of what is believed.

    Viable cells and glucose are measured, and nothing that is learnt changes the uptake. The filter doubts its glucose
    by 2 % an hour, so that it goes with the readings, and they never disagree with it.
    """
    tree = STEERED.model_dump(mode="json", by_alias=True)
    tags = tree["units"]["vessel"]["modules"]["feeding"]["tags"]
    tags["glucose"] = {**tags["lactate"], "title": "Glucose"}
    tree["materials"]["cells"]["contents"]["viable"] = "90 1e6 cell/mL"
    for phase in tree["recipe"]["procedure"][0]["operations"][0]["phases"][1:]:
        phase["until"] = f"elapsed >= {HOURS} h"
    tree["strategy"]["perfusion"]["output"] = ["0 mL/h", "50 mL/h"]
    controller = tree["controllers"]["growth"]
    controller |= {
        "every": "4 h",
        "step": "4 h",
        "age": "12 h",
        "limits": [],
        "scenarios": {},
        "harvest": None,
    }
    controller["aims"] = [
        {"of": "glucose", "at": "throughout", "target": f"{AIM} mmol/L", "scale": "0.3 mmol/L"}
    ]
    controller["moves"]["perfusion"] |= {
        "envelope": ["0 mL/h", "50 mL/h"],
        "change": "20 mL/h",
        "cost": None,
    }
    twin, observer = tree["twin"], tree["twin"]["observer"]
    twin["tags"]["glucose"] = "glucose"
    twin["donor"] = {}
    twin["parameters"] = {
        "growth_max": "1e-6 1/h",
        "death_max": "0 1/h",
        "glucose_maintenance": f"{UPTAKE} pmol/(cell h)",
    }
    observer["tags"] = {"viable": observer["tags"]["viable"], "glucose": {"noise": "0.25 mmol/L"}}
    observer["wander"] = {"glucose": "2 %"}
    observer["disturbances"] = disturbances or {}
    tree["simulation"]["sensors"]["glucose"] = {"noise": "0.2 mmol/L"}
    tree["simulation"]["faults"] = [
        {"kind": "parameter", "of": "glucose_maintenance", "at": "0 h", "size": str(share)}
    ]
    return Process.model_validate(tree)
