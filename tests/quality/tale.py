"""A batch told by hand: what happened goes into a real ledger and historian, and a record is folded from them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from homeostat.historian import Historian, Series, TagSpec
from homeostat.ledger import Event, Ledger
from homeostat.ledger.catalogue import BatchStarted, CommandIntended, CommandOutcome, Payload
from homeostat.process.declaration import Process
from homeostat.process.reading import Quality
from homeostat.quality import BatchRecord, batch_record
from homeostat.quality.exceptions import NEWEST

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

DECLARATION: Mapping[str, object] = {
    "homeostat": "1",
    "process": "demo",
    "version": "1.2.0",
    "title": "Perfused T-cell expansion",
    "approval": {"state": "approved", "by": "Dr. Weiß", "date": "2025-02-01"},
    "scan": "10 min",
    "materials": {
        "activator": {"title": "Anti-CD3/CD28 beads", "kind": "reagent", "critical": True},
        "vector": {"title": "Lentiviral vector", "kind": "vector", "critical": True},
    },
    "units": {
        "reactor": {
            "title": "Stirred bioreactor",
            "modules": {
                "vessel": {
                    "title": "Vessel",
                    "tags": {
                        "temperature": {
                            "title": "Temperature",
                            "kind": "sensor",
                            "unit": "degC",
                            "range": ["0 degC", "60 degC"],
                        },
                        "oxygen": {
                            "title": "Dissolved oxygen",
                            "kind": "sensor",
                            "unit": "%",
                            "range": ["0 %", "150 %"],
                        },
                        "heater": {
                            "title": "Heater power",
                            "kind": "actuator",
                            "unit": "%",
                            "range": ["0 %", "100 %"],
                        },
                        "perfusion": {
                            "title": "Perfusion rate",
                            "kind": "actuator",
                            "unit": "mL/h",
                            "range": ["0 mL/h", "60 mL/h"],
                        },
                    },
                }
            },
        }
    },
    "parameters": {
        "warmth": {
            "title": "Temperature",
            "tag": "temperature",
            "setpoint": "37 degC",
            "normal": ["36.5 degC", "37.5 degC"],
            "proven": ["36 degC", "38 degC"],
            "delay": "30 min",
        },
        "air": {
            "title": "Dissolved oxygen",
            "tag": "oxygen",
            "setpoint": "50 %",
            "normal": ["40 %", "60 %"],
            "proven": ["30 %", "80 %"],
        },
    },
    "attributes": {
        "density": {
            "title": "Viable cell density",
            "unit": "1e6 cell/mL",
            "specification": {"low": "2 1e6 cell/mL"},
            "assay": "count",
            "quantity": "viable",
            "measured": "harvest",
        },
        "viability": {
            "title": "Viability",
            "unit": "%",
            "specification": {"low": "70 %", "high": "100 %"},
            "assay": "count",
            "measured": "harvest",
        },
    },
    "assays": {
        "count": {"title": "Cell count", "reports": {"viable": "1e6 cell/mL", "viability": "%"}},
        "chemistry": {"title": "Blood gas analyser", "reports": {"glucose": "mmol/L"}},
    },
    "recipe": {
        "procedure": [
            {
                "name": "main",
                "title": "Expansion in the reactor",
                "unit": "reactor",
                "operations": [
                    {
                        "name": "expand",
                        "title": "Expansion",
                        "phases": [
                            {"name": "grow", "title": "Growth", "until": "elapsed >= 2 d"},
                            {"name": "harvest", "title": "Harvest"},
                        ],
                    }
                ],
            }
        ]
    },
    "strategy": {
        "heat": {
            "title": "Temperature control",
            "tag": "temperature",
            "actuator": "heater",
            "setpoint": "37 degC",
            "gain": "10 %/K",
        }
    },
    "twin": {"model": "t_cell_expansion"},
}


@dataclass
class Tale:
    """One batch in the telling. `tell` appends an event; `tape` records a series; both are durable at once."""

    ledger: Ledger
    historian: Historian
    batch: str = "B0001"
    serial: int = 0

    def tell(
        self, payload: Payload, time: int = 0, *, actor: str = "engine", batch: str | None = None
    ) -> str:
        """Append one event, commit it, and return its id."""
        self.serial += 1
        of = self.batch if batch is None else batch
        name = f"{of or 'site'}/{self.serial:06d}/00"
        self.ledger.append(Event(name, payload.type, of, time, actor, payload.model_dump(mode="json")))
        self.ledger.commit()
        return name

    def start(
        self, declaration: Mapping[str, object] = DECLARATION, declaration_text: str = "", **changed: object
    ) -> None:
        """The batch begins with the demonstration process, or with the facts named."""
        process = Process.model_validate(declaration)
        facts: dict[str, object] = {
            "process": process.process,
            "version": process.version,
            "process_hash": process.content_hash,
            "declaration": declaration_text or process.model_dump_json(),
            "patient": "P-0815",
            "scan": 10 * MINUTE,
            "tags": tuple(process.tags),
            "outputs": ("loop.heat",),
            "equipment": {"kind": "simulated", "seed": 7},
            "twin": {"model": "t_cell_expansion", "kernel": "ab" * 32},
            "environment": {"homeostat": "0.1.0", "python": "3.12.1"},
        }
        self.tell(BatchStarted.model_validate(facts | changed))

    def record(self, rules: int = NEWEST) -> BatchRecord:
        """The record as of now, by the newest rule set or another."""
        return batch_record(self.ledger, self.historian, self.batch, rules)

    def command(self, time: int, status: str | None = "done", **changed: object) -> str:
        """A command is intended and, unless `status` is None, has that outcome. Returns the intent's id."""
        facts = {
            "kind": "set",
            "target": "perfusion",
            "value": 20.0,
            "unit": "mL/h",
            "retain": (),
            "step": "main",
        }
        intended = CommandIntended.model_validate(facts | changed)
        intent = self.tell(intended, time)
        if status is not None:
            outcome = {"intent": intent, "status": status, "value": intended.value, "detail": ""}
            self.tell(CommandOutcome.model_validate(outcome), time)
        return intent

    def tape(
        self,
        tag: str,
        unit: str,
        values: "np.ndarray[tuple[int], np.dtype[np.float64]] | list[float]",
        *,
        qualities: list[int] | None = None,
        step: int = 10 * MINUTE,
    ) -> None:
        """Record a series that begins at the start of the batch, all GOOD unless said otherwise."""
        value = np.asarray(values, np.float64)
        quality = (
            np.full(len(value), Quality.GOOD, np.uint8)
            if qualities is None
            else np.array(qualities, np.uint8)
        )
        time = np.arange(len(value), dtype=np.int64) * step
        self.historian.append_series(self.batch, TagSpec(tag, unit), Series(time, value, quality))
