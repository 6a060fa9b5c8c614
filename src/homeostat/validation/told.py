"""A batch told by hand, for scenes about what becomes of its record: events and readings, all of it in two stores.

In: an office of a site. Out: a finished batch in its ledger and historian, with a reading lost.
"""

import json
from collections.abc import Iterable

import numpy as np

from homeostat.governance import Office
from homeostat.historian import Historian, Series, TagSpec
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    BatchEnded,
    BatchStarted,
    ChunksSealed,
    Payload,
    StateChanged,
)
from homeostat.process import Process
from homeostat.process.reading import Quality

BATCH = "B0001"
MINUTE = 60_000_000
SCANS = 60
TAG, UNIT = "temperature", "degC"

_DECLARATION = {
    "homeostat": "1",
    "process": "told",
    "version": "1.0.0",
    "title": "A vessel that is kept warm",
    "scan": "1 min",
    "units": {
        "reactor": {
            "title": "Reactor",
            "modules": {
                "vessel": {
                    "title": "Vessel",
                    "tags": {
                        TAG: {
                            "title": "Temperature",
                            "kind": "sensor",
                            "unit": UNIT,
                            "range": ["0 degC", "60 degC"],
                        }
                    },
                }
            },
        }
    },
    "parameters": {
        "warmth": {
            "title": "Temperature",
            "tag": TAG,
            "setpoint": "37 degC",
            "normal": ["36.5 degC", "37.5 degC"],
            "proven": ["36 degC", "38 degC"],
        }
    },
    "twin": {"model": "t_cell_expansion"},
    "recipe": {
        "procedure": [
            {
                "name": "main",
                "title": "Warming",
                "unit": "reactor",
                "operations": [
                    {
                        "name": "warm",
                        "title": "Warm",
                        "phases": [{"name": "keep", "title": "Keep", "until": "elapsed >= 1 h"}],
                    }
                ],
            }
        ]
    },
}


_LOST = range(20, 21)


def tell(
    office: Office,
    batch: str = BATCH,
    patient: str = "P-0815",
    lost: range = _LOST,
    midst: Iterable[tuple[str, int, Payload]] = (),
) -> None:
    """Put a finished batch on record at the office's site; the readings at the scans `lost` never came.

    midst: What is told of it besides, before its end: who, when (process time, µs), and what.
    """
    with Historian.open(office.site.historian_path) as historian:
        sealed = historian.append_series(batch, TagSpec(TAG, UNIT), _readings(lost))
    seals = [
        ChunksSealed(start=one.start, end=one.end, count=one.count, chunks={TAG: one.sha256})
        for one in sealed
    ]
    facts: list[tuple[str, int, Payload]] = [
        ("engine", 0, _started(patient)),
        ("scan", 0, StateChanged(before="idle", after="running", cause="batch started")),
        *midst,
        *(("historian", SCANS * MINUTE, one) for one in seals),
        ("scan", SCANS * MINUTE, StateChanged(before="running", after="complete", cause="recipe complete")),
        ("engine", SCANS * MINUTE, BatchEnded(state="complete", scans=SCANS, reason="recipe complete")),
    ]
    for place, (actor, time, said) in enumerate(facts, 1):
        name = f"{batch}/end" if isinstance(said, BatchEnded) else f"{batch}/{place:06d}/000"
        office.ledger.append(Event(name, said.type, batch, time, actor, said.model_dump(mode="json")))
    office.ledger.commit()


def _readings(lost: range) -> Series:
    time = np.arange(SCANS, dtype=np.int64) * MINUTE
    quality = np.full(SCANS, Quality.GOOD, np.uint8)
    value = 37.0 + 0.1 * np.sin(np.arange(SCANS) / 7.0)
    quality[list(lost)], value[list(lost)] = Quality.MISSING, np.nan
    return Series(time, value, quality)


def _started(patient: str) -> BatchStarted:
    process = Process.model_validate(_DECLARATION)
    return BatchStarted(
        process=process.process,
        version=process.version,
        process_hash=process.content_hash,
        declaration=json.dumps(_DECLARATION),
        patient=patient,
        scan=MINUTE,
        tags=(TAG,),
        outputs=(),
        equipment={"kind": "simulated", "seed": 1},
        twin={},
        environment={"homeostat": "1"},
    )
