"""The credibility assessment of a model: what a person signs, and whether it holds.

package, record of uses -> Assessment -> bytes -> signature with a judgement (adequate or not) -> `standing`
"""

from pathlib import Path

from homeostat.errors import AuthorityError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.signing import Judge, Signature, Standing, Subject
from homeostat.governance.signing.giving import give
from homeostat.ledger import Ledger, canonical
from homeostat.ledger.catalogue import RecordSigned
from homeostat.monitoring.learning.validation import validate
from homeostat.monitoring.package import Package, WatchPackage, times_tested
from homeostat.monitoring.package.uses import uses
from homeostat.quality.credibility.steps import Clause, Step, clauses, steps
from homeostat.quality.model.base import Part

KIND = "credibility"
"""The kind of subject that an assessment is signed as; its id is the package's hash."""
ADEQUATE = "adequate"
"""The term of the signature that says whether the model is adequate for its context of use."""


class Risk(Part):
    """Influence of the model, consequence of a wrong decision, and the risk that follows from both."""

    influence: str
    consequence: str
    level: str


class Assessment(Part):
    """Everything that is judged before a model is used: the seven steps and the checklist of Annex 22.

    `training` and `locked` are SHA-256 of the tables, `tested` how often the locked one was used, `uses` the hash that
    ends the record of uses.
    """

    model: str
    version: str
    hash: str
    question: str
    context: str
    critical: bool
    adaptive: bool
    risk: Risk
    training: str
    locked: str
    tested: int
    uses: str
    figures: tuple[dict[str, str | int | float], ...]
    self_test: int
    steps: tuple[Step, ...]
    clauses: tuple[Clause, ...]

    def content(self) -> bytes:
        """The bytes that are shown and signed."""
        return canonical(self.model_dump(mode="json"))

    @property
    def gaps(self) -> int:
        """How many steps and clauses are not fully met."""
        told = [step.status for step in self.steps] + [clause.status for clause in self.clauses]
        return sum(status != "met" for status in told)


def assess(package: Package | WatchPackage, path: Path) -> Assessment:
    """The assessment of the package read from `path`, beside which its uses are on record.

    Reading the package has run its self-test. Raises MonitoringError where the record of uses was changed.
    """
    validation, record = validate(package, path), uses(path)
    locked = package.locked_test if isinstance(package, Package) else None
    return Assessment(
        model=package.name,
        version=package.version,
        hash=package.content_hash,
        question=package.use.question,
        context=package.use.context,
        critical=package.use.critical,
        adaptive=package.use.adaptive,
        risk=Risk(
            influence=package.use.influence, consequence=package.use.consequence, level=package.use.risk
        ),
        training=package.training.sha256,
        locked=locked.sha256 if locked else "",
        tested=times_tested(record, locked.sha256) if locked else 0,
        uses=record[-1].hash if record else "",
        figures=tuple({"subgroup": one.subgroup, "rows": one.rows, **one.values} for one in package.metrics),
        self_test=_tested_rows(package),
        steps=steps(validation),
        clauses=clauses(validation),
    )


@in_order("model.approve")
def conclude(
    office: Office, session: Session, secret: Secret, assessment: Assessment, *, adequate: bool, why: str
) -> Signature:
    """Sign the assessment with a judgement on its adequacy (step 7). Needs "model.approve".

    Raises AuthorityError also where an adaptive model would be called adequate: at a GMP site none is, elsewhere none
    of critical use.
    """
    authorise(office, session, "model.approve")
    if adequate and assessment.adaptive and (office.site.kind == "gmp" or assessment.critical):
        raise AuthorityError(
            "an adaptive model is not adequate here",
            where=assessment.model,
            mend="freeze it as a version of its own",
        )
    subject = Subject(KIND, assessment.hash, assessment.content())
    return give(office, session, secret, subject, "approved", why, terms={ADEQUATE: adequate})


def standing(ledger: Ledger, package: str) -> Standing | None:
    """The last genuine judgement on the model with this hash; None where there is none."""
    judge = Judge(ledger)
    found = [
        judge.standing(one, None)
        for one in ledger.events(types=(RecordSigned.type,), batch="")
        if (one.event.data.get("kind"), one.event.data.get("subject")) == (KIND, package)
    ]
    valid = [one for one in found if one.state == "valid" and one.meaning == "approved"]
    return valid[-1] if valid else None


def _tested_rows(package: Package | WatchPackage) -> int:
    rows = getattr(package.self_test, "rows", ())
    return len(rows)
