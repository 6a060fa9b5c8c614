"""Model packages of a batch: read from their files when it starts, from its record ever after.

In: a process and the folder of its file, or the batch's events. Out: packages by the soft sensor's name, each with its
hash and self-test checked on this machine, and the event that keeps them on record. What reads packages is imported
only where there are any: most batches have none, and it takes a second.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.errors import MonitoringError
from homeostat.execution.journal import Journal
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import ModelLoaded
from homeostat.process import Process

if TYPE_CHECKING:
    from homeostat.monitoring.package import Package, WatchPackage


def read_models(process: Process, folder: Path) -> dict[str, str]:
    """The text of each package that `process` names, by soft sensor; `folder` is that of the process file.

    Raises MonitoringError where a file is missing, or cannot be read.
    """
    sensors = process.monitoring.models.items()
    return {
        name: _text(folder / sensor.package, f"monitoring.models.{name}.package") for name, sensor in sensors
    }


def _text(path: Path, where: str) -> str:
    from homeostat.monitoring.package import content  # noqa: PLC0415 - slow to import, and needed by few

    if not path.is_file():
        raise MonitoringError(
            f"there is no model package {path}",
            where=where,
            mend="name the file relative to the process file",
        )
    return content(path).decode(errors="replace")  # what is no text is no package: its hash will not hold


def packages_of(texts: Mapping[str, str]) -> "dict[str, Package | WatchPackage]":
    """The packages in `texts`. Raises MonitoringError for one that was changed, or fails its self-test here."""
    if not texts:
        return {}
    from homeostat.monitoring.package import parse_running  # noqa: PLC0415 - as above

    return {name: parse_running(text.encode(), f"monitoring.models.{name}") for name, text in texts.items()}


def recall_models(events: Iterable[Recorded]) -> dict[str, str]:
    """The text of each package of a batch on record: an execution loads each once."""
    found: dict[str, str] = {}
    for stored in events:
        if stored.event.type == ModelLoaded.type:
            loaded = ModelLoaded.model_validate(stored.event.data)
            found.setdefault(loaded.model, loaded.package)
    return found


def keep_models(
    journal: Journal, batch: str, texts: Mapping[str, str], packages: "Mapping[str, Package | WatchPackage]"
) -> None:
    """Put the packages on record, before the first scan."""
    for name, text in texts.items():
        loaded = ModelLoaded(model=name, hash=packages[name].content_hash, package=text)
        journal.put(f"{batch}/model/{name}", 0, "operator", loaded)
