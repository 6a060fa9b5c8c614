"""May a model stand for an assay in a release? Only while a signed judgement says so and its use bears it out."""

from typing import NamedTuple

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.monitoring.package import Package
from homeostat.quality.credibility.assessment import ADEQUATE, standing
from homeostat.quality.credibility.in_use import in_use


class Adequate(NamedTuple):
    """Whether a model's credibility lets it stand for an assay, and why or why not."""

    allowed: bool
    words: str


def adequacy(ledger: Ledger, historian: Historian, package: Package) -> Adequate:
    """Whether the model may stand for an assay at this site now, and why or why not."""
    judged = standing(ledger, package.content_hash)
    if judged is None:
        return Adequate(False, "its credibility was never judged by signature")
    if judged.signed.terms.get(ADEQUATE) is not True:
        return Adequate(False, f"it was judged not adequate by {judged.name}, {judged.when}")
    use = in_use(ledger, historian, package.content_hash, package.interval.coverage)
    told = f"{use.covered} of {len(use.compared)} intervals held what was measured"
    if use.drifted:
        return Adequate(False, f"it has drifted since it was judged: {told}, promised {use.coverage:.0%}")
    return Adequate(True, f"judged adequate by {judged.name}, {judged.when}; {told}")
