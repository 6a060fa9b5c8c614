"""Perform a validation: ask, write the signed report, put its hash on record."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from homeostat import __version__
from homeostat.errors import SiteError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, present
from homeostat.ledger import SiteKey
from homeostat.ledger.catalogue import SystemValidated
from homeostat.validation.installation import components, installation
from homeostat.validation.report import Report
from homeostat.validation.requirements import Requirement
from homeostat.validation.running import Result, registered, results


class Performed(NamedTuple):
    """A validation's report, where it was written, and the id of its event."""

    report: Report
    path: Path
    event: str


def perform(
    office: Office,
    session: Session,
    wanted: Sequence[Requirement],
    *,
    why: str,
    told: Callable[[Result], None] = lambda result: None,
) -> Performed:
    """Ask everything of the installed system, write the report at the site and put its hash on record.

    `told` hears each result as it comes. Raises AuthorityError where the person may not ("site.validate"), SiteError
    where the report cannot be written; nothing is kept then.
    """
    authorise(office, session, "site.validate")
    made = office.clock()
    found = installation()

    def heard(result: Result) -> None:
        present(office, session, "site.validate")  # it outlasts idleness: the session is at work with it
        told(result)

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        proved = tuple(_telling(result, heard) for result in results(wanted, registered(), Path(folder)))
    report = Report(made, found, proved, components())
    name = "validation-" + "".join(filter(str.isdigit, made.partition("+")[0])) + ".json"
    path = _write(office.site.records / name, report.signed(SiteKey.load(office.site.keys)))
    act = SystemValidated(
        why=why,
        version=__version__,
        tests=len(found) + len(proved),
        failures=report.failures,
        report=report.digest,
    )
    return Performed(report, path, office.put(session.person, act))


def _telling(result: Result, told: Callable[[Result], None]) -> Result:
    told(result)
    return result


def _write(path: Path, content: bytes) -> Path:
    try:
        with path.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise SiteError(f"the report cannot be written: {fault.strerror}", where=str(path)) from fault
    return path
