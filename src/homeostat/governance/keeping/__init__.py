"""Keeping: a site outlives its disk, and patients stay unknown to its records.

    site, while batches run -> make_backup -> one file, checksummed, signed, named only when it is whole
    backup -> check_backup -> restore into a new place -> the same head, or words why not
    patient code <-> identity: `Patients`, each sealed under a key of its own, which erasing destroys

A backup is also the export of a site: SQLite and JSON in a zip, which `restore` reads in at any other place. Nothing
here can delete an event: retention (`retention`) says for how long what is kept.
"""

from homeostat.governance.keeping.backup import Backup, make_backup
from homeostat.governance.keeping.checking import BackupCheck, check_backup
from homeostat.governance.keeping.patients import Patients
from homeostat.governance.keeping.restoring import Restored, put_restored, restore
from homeostat.governance.keeping.retention import RETENTION, Rule

__all__ = [
    "RETENTION",
    "Backup",
    "BackupCheck",
    "Patients",
    "Restored",
    "Rule",
    "check_backup",
    "make_backup",
    "put_restored",
    "restore",
]
