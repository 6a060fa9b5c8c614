"""Exceptions: what in a record a person must look at, found by a versioned set of rules that is data.

    sections and story of a batch -> `Matter` -> probes (what was seen of each thing) -> rules -> `ExceptionReport`

`rules/N.json` is rule set N: each rule names the probe that looks (`probes/`), its limits, and for each case that the
probe may see a class, a severity and words. `report` interprets a set: it says what was checked, how many passed, and
each exception once, with its place in the ledger. Older sets stay, so that an older report can be made again.
"""

from homeostat.quality.exceptions.interpret import report
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.ruleset import NEWEST, Rule, RuleSet, rule_set, versions

__all__ = ["NEWEST", "Matter", "Rule", "RuleSet", "report", "rule_set", "versions"]
