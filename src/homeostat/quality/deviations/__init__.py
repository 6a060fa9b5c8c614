"""Deviations: departures from what was approved, from being opened to the signature that closes them.

office, session -> act (who may? does the state allow it?) -> one numbered event -> `deviations(ledger)` folds them
A deviation is opened by hand or from exceptions, classified, assessed, explained, given actions (CAPA), and closed by
the signature of another person than opened or judged it, over all that is on record of it.
Changes are kept: old, new, why.
"""

from homeostat.quality.deviations.acts import (
    assess,
    classify,
    close,
    explain,
    finish_action,
    link,
    open_deviation,
    plan_action,
)
from homeostat.quality.deviations.requests import Request, requests
from homeostat.quality.deviations.state import (
    Capa,
    Deviation,
    Turn,
    deviation,
    deviations,
    disregarded,
    dossier,
)

__all__ = [
    "Capa",
    "Deviation",
    "Request",
    "Turn",
    "assess",
    "classify",
    "close",
    "deviation",
    "deviations",
    "disregarded",
    "dossier",
    "explain",
    "finish_action",
    "link",
    "open_deviation",
    "plan_action",
    "requests",
]
