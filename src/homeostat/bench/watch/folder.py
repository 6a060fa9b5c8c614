"""Where the public data sets of the monitoring benchmarks lie: a name in, a folder out."""

import os
from pathlib import Path

from homeostat.errors import MonitoringError

PLACE = "HOMEOSTAT_DATASETS"
"""The environment variable that names another folder of data sets."""
USUAL = Path("..", "shared", "data")


def folder(name: str) -> Path:
    """The folder of the data set `name`, under HOMEOSTAT_DATASETS or ../shared/data.

    Raises MonitoringError when it is not there.
    """
    found = Path(os.environ.get(PLACE) or USUAL) / name
    if not found.is_dir():
        raise MonitoringError(
            f"the data set {name} is not there",
            where=str(found),
            mend=f"set {PLACE} to the folder that holds a folder named {name}",
        )
    return found
