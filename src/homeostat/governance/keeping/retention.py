"""How long what is kept: data, because law and site decide it. There is no way to delete before, or at all.

Sources (paraphrase): Regulation (EC) 1394/2007, article 15(4): traceability data for at least 30 years after the
product's expiry; Directive 2005/28/EC and EU GMP chapter 4, section 4.11: batch documents at least one year after
expiry or five years after certification, whichever is longer.
"""

from dataclasses import dataclass

TRACEABILITY_YEARS = 30


@dataclass(frozen=True, slots=True)
class Rule:
    """Something that is kept: where, for how many years at least, how it ends, and what says so."""

    what: str
    where: str
    years: int
    end: str
    source: str


RETENTION: tuple[Rule, ...] = (
    Rule(
        "events: batches, persons' acts, chain of identity",
        "ledger.db, heads/",
        TRACEABILITY_YEARS,
        "never: the tables refuse to delete",
        "Regulation (EC) 1394/2007, article 15(4) (paraphrase)",
    ),
    Rule(
        "readings and computed values",
        "historian.db",
        TRACEABILITY_YEARS,
        "never: sealed chunks refuse to be deleted",
        "EU GMP chapter 4, section 4.11 (paraphrase); kept as long as what they explain",
    ),
    Rule(
        "originals of files, by content hash",
        "files/",
        TRACEABILITY_YEARS,
        "never by this software",
        "ALCOA+: original; kept as long as the events that name them",
    ),
    Rule(
        "who a patient code stands for",
        "patients.db, keys/patients/",
        TRACEABILITY_YEARS,
        "erased on a person's order, with a reason, when law asks for it; the records keep the code",
        "Regulation (EU) 2016/679, articles 4(5) and 17 (paraphrase)",
    ),
)
