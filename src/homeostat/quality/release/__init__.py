"""Release: the results with their uncertainty, what stands in the way, and the signatures that let a product go.

    site, batch -> grounds (results, review, deviations, custody, verification) -> obstacles -> certificate -> release
    tests that come later -> report -> complete, or alert and recall of every part; awaited -> until when, and overdue
    a result that came once the batch had ended -> report_result -> record, or alert and recall as well
    out of specification -> request (physician), agree (sponsor), release (qualified person), over one certificate

Every decision is one signature on the certificate's bytes; `status` folds them by a table of what may follow what.
"""

from homeostat.governance.released import Status, status
from homeostat.quality.release.acting import agree, recall, reject, release, report, request, subject
from homeostat.quality.release.awaited import Awaited, alert_overdue, awaited
from homeostat.quality.release.certificate import Certificate
from homeostat.quality.release.grounds import grounds, whereabouts
from homeostat.quality.release.late import report_result
from homeostat.quality.release.obstacles import Grounds, Obstacle, obstacles
from homeostat.quality.release.results import Result

__all__ = [
    "Awaited",
    "Certificate",
    "Grounds",
    "Obstacle",
    "Result",
    "Status",
    "agree",
    "alert_overdue",
    "awaited",
    "grounds",
    "obstacles",
    "recall",
    "reject",
    "release",
    "report",
    "report_result",
    "request",
    "status",
    "subject",
    "whereabouts",
]
