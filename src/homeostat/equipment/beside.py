"""Files beside the main log: where they lie, given what the log's name says about its run."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from homeostat.errors import EquipmentError
from homeostat.process.declaration import Process
from homeostat.process.recordings import Recording


def match_recording(process: Process, path: Path) -> tuple[str, Recording, Mapping[str, str]]:
    """The first recording whose `file` pattern fits the log's whole name, and the named groups.

    Upper and lower case count as one. Raises EquipmentError when no recording fits.
    """
    for name, recording in process.recordings.items():
        try:
            match = re.fullmatch(recording.file, path.name, re.IGNORECASE)
        except re.error as error:
            raise EquipmentError(
                f"'{recording.file}' is not a pattern: {error}",
                where=f"process {process.process}, recordings.{name}.file",
                mend="write a regular expression",
            ) from error
        if match:
            return name, recording, {key: value or "" for key, value in match.groupdict().items()}
    patterns = ", ".join(recording.file for recording in process.recordings.values())
    raise EquipmentError(
        f"no recording that the process {process.process} declares fits this file",
        where=str(path),
        mend=f"name a file that matches one of: {patterns}" if patterns else "declare it under `recordings`",
    )


def filled(text: str, groups: Mapping[str, str]) -> str:
    """`text` with every {group} replaced by what it stands for."""
    for name, value in groups.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def find_beside(log: Path, candidates: Sequence[str], groups: Mapping[str, str]) -> Path | None:
    """The first of the `candidates`, as seen from the log's folder, that is a file; None without one."""
    paths = [log.parent / filled(candidate, groups) for candidate in candidates]
    return next((path for path in paths if _is_file(path)), None)


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a name that is too long, a folder that may not be entered
        return False
