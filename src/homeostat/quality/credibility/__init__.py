"""Credibility: may a model be believed in what it is used for, who said so, and does its use bear that out?

package, record of uses -> assess -> `Assessment` (seven steps, Annex 22) -> conclude (a signature with a judgement)
ledger, historian -> in_use -> what it did since, how often its intervals held what was measured
judgement, use -> adequacy -> whether it may stand for an assay in a release
"""

from homeostat.quality.credibility.adequacy import Adequate, adequacy
from homeostat.quality.credibility.assessment import KIND, Assessment, assess, conclude, standing
from homeostat.quality.credibility.in_use import Compared, InUse, in_use
from homeostat.quality.credibility.steps import Clause, Step

__all__ = [
    "KIND",
    "Adequate",
    "Assessment",
    "Clause",
    "Compared",
    "InUse",
    "Step",
    "adequacy",
    "assess",
    "conclude",
    "in_use",
    "standing",
]
