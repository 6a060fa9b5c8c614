"""What a package and its record of uses prove of each requirement: met, partly, or a gap that is named.

    package, uses -> Case -> PREDICTING (models that tell a value), WATCHING (watchers of batches),
                             LIVE (live calibrations) -> status, words

What a file cannot show (people, sites, procedures) is a gap here, however well it is done elsewhere. `common` holds
what every kind proves in the same way.
"""

from homeostat.monitoring.learning.evidence.common import Case, Status, Told, results
from homeostat.monitoring.learning.evidence.live import LIVE
from homeostat.monitoring.learning.evidence.predicting import PREDICTING
from homeostat.monitoring.learning.evidence.watching import WATCHING, FalseAlarm, false_alarms

__all__ = [
    "LIVE",
    "PREDICTING",
    "WATCHING",
    "Case",
    "FalseAlarm",
    "Status",
    "Told",
    "false_alarms",
    "results",
]
