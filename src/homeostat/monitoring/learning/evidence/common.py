"""Evidence that every package gives in the same way: its hash, its declared use, what it was learnt from, its record.

In: a `Case`. Out: status and evidence in words, by the id of the requirement.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from homeostat.monitoring.learning.chance import likely
from homeostat.monitoring.package import AnyPackage, Metrics
from homeostat.monitoring.package.metrics import Judged
from homeostat.monitoring.package.uses import LOCKED_TEST, Use

Status = Literal["met", "partly", "gap"]
Told = tuple[Status, str]
Kind = TypeVar("Kind", bound=AnyPackage)


@dataclass(frozen=True, eq=False)
class Case(Generic[Kind]):
    """The package, the record of its uses, and its acceptance limits held against the latest locked test."""

    package: Kind
    uses: tuple[Use, ...]
    judged: tuple[Judged, ...] = ()
    torn: int = 0
    """Lines of the record that were torn while they were written."""

    @property
    def tests(self) -> tuple[Use, ...]:
        """The uses of the locked test set."""
        return tuple(use for use in self.uses if use.what == LOCKED_TEST)

    @property
    def whole(self) -> Mapping[str, float]:
        """The figures over all rows held out."""
        return self.package.metrics[0].values if self.package.metrics else {}


def results(case_uses: tuple[Use, ...]) -> tuple[Metrics, ...]:
    """The results of the latest locked test."""
    tests = [use for use in case_uses if use.what == LOCKED_TEST and use.results]
    return tests[-1].results if tests else ()


def elsewhere(what: str) -> Callable[[Case[Any]], Told]:
    """Evidence of what no file of a model can show."""
    return lambda case: ("gap", f"gap: {what}")


def intended(case: Case[Any], told: str) -> Told:
    """The intended use, in `told`, and who signed it."""
    signature = case.package.signature
    if signature is None:
        return "partly", f"{told}; gap: not signed by a process expert"
    return "met", f"{told}; signed by {signature.by}, key {signature.key[:16]}..."


def followed_gaps(case: Case[Any]) -> str:
    """What is missing where a model in use is compared with references."""
    site = "gap: triggers for a retest are the site's"
    training = case.package.training
    if likely(training.chance):
        return f"{site}; gap: rows learnt from may be among them, for new rows match them by chance"
    if training.keys:
        return f"rows learnt from are left out; {site}"
    return f"{site}; gap: rows learnt from may be among them, for the model was frozen before their digests"


def _frozen(case: Case[Any]) -> Told:
    use = case.package.use
    kind = "critical" if use.critical else "not critical"
    return (
        "met",
        f"content hash {case.package.content_hash[:16]}... checked at load; adaptive: {use.adaptive}, use: {kind}",
    )


def _unchanged(case: Case[Any]) -> Told:
    return (
        "partly",
        "hash and self-test at each load refuse a changed file; gap: change control is the site's",
    )


def _question(case: Case[Any]) -> Told:
    return "met", case.package.use.question


def _context(case: Case[Any]) -> Told:
    context = case.package.use.context
    return ("met", context) if context else ("gap", "gap: no context of use is told (train with --context)")


def _risk(case: Case[Any]) -> Told:
    use = case.package.use
    return (
        "partly",
        f"influence {use.influence}, consequence {use.consequence} (declared); gap: the assessment behind it",
    )


def _plan(case: Case[Any]) -> Told:
    training = case.package.training
    data = f"{training.rows} rows, {training.grouped}, SHA-256 {training.sha256[:16]}..."
    told = f"{data}; {len(case.package.tried)} entries of what was tried"
    return "partly", f"{told}; gap: a plan approved beforehand"


def _report(case: Case[Any]) -> Told:
    return "partly", "this report; gap: deviations and approval"


def _trail(case: Case[Any]) -> Told:
    torn = f", {case.torn} of its lines torn while written" if case.torn else ""
    return (
        "partly",
        f"{len(case.uses)} uses in a hash-chained record beside the model{torn}; "
        "gap: in a batch the ledger keeps it",
    )


def _impact(case: Case[Any]) -> Told:
    use = case.package.use
    return (
        "partly",
        f"consequence {use.consequence}, critical: {use.critical}; gap: validation depth chosen by it",
    )


COMMON: Mapping[str, Callable[[Case[Any]], Told]] = {
    "MON-01": _frozen,
    "MON-04": elsewhere("roles, qualification and supplier documents are kept by the site"),
    "MON-06": elsewhere("duties and training of operators are kept by the site"),
    "MON-13": _unchanged,
    "MON-16": elsewhere("reviews and overrides stand in the ledger of each batch, not in the model"),
    "FDA-1": _question,
    "FDA-2": _context,
    "FDA-3": _risk,
    "FDA-4": _plan,
    "FDA-6": _report,
    "A11-1": _trail,
    "A11-2": elsewhere("identities, access, backup and supplier oversight are the site's"),
    "A11-3": elsewhere("alarms are kept by the ledger of each batch, not by the model"),
    "A1-1": elsewhere("particle monitoring of the cleanroom is outside such a model"),
    "A1-2": elsewhere("environmental levels and trends are outside such a model"),
    "A1-3": elsewhere("sample volumes and the contamination control strategy are outside such a model"),
    "ICH-1": elsewhere(
        "the place of the model in design space and established conditions is the owner's to state"
    ),
    "ICH-2": _impact,
}
"""What a package of any kind proves, by id."""
