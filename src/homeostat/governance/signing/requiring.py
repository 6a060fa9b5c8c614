"""Required signatures: which must stand on a subject before something is done with it.

needs, signatures -> each need met by a signature of its own, of distinct persons if asked -> or what is missing
"""

from collections.abc import Sequence
from dataclasses import dataclass

from homeostat.errors import AuthorityError
from homeostat.governance.signing.giving import Subject
from homeostat.governance.signing.judging import Standing, signatures
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Meaning


@dataclass(frozen=True, slots=True)
class Need:
    """A signature that is wanted: its meaning, and the role that its signer must have held ("": any)."""

    meaning: Meaning
    role: str = ""

    def met_by(self, given: Standing) -> bool:
        """Whether a signature is such a one, and valid."""
        return (
            given.state == "valid"
            and given.meaning == self.meaning
            and (not self.role or self.role in given.roles)
        )

    @property
    def words(self) -> str:
        """The need as it is told: "approved (quality assurance)"."""
        return f"{self.meaning} ({self.role})" if self.role else self.meaning


def require(
    ledger: Ledger, subject: Subject, needs: Sequence[Need | Meaning], *, distinct: bool = True
) -> tuple[Standing, ...]:
    """The valid signatures on `subject`, as it stands, that meet `needs`, in their order.

    With `distinct` no person meets two of them. Raises AuthorityError that names what is missing and what else stands
    there.
    """
    wanted = tuple([need if isinstance(need, Need) else Need(need) for need in needs])
    given = tuple(
        one
        for one in signatures(ledger, subject.kind, subject.id, subject.content)
        if one.signed.batch == subject.batch
    )
    met = _matched(wanted, given, (), distinct=distinct)
    if met is None:
        raise _missing(subject, wanted, given, distinct=distinct)
    return met


def _matched(
    needs: Sequence[Need], given: Sequence[Standing], taken: tuple[Standing, ...], *, distinct: bool
) -> tuple[Standing, ...] | None:
    """A signature for each need, none used twice; None where there is no such choice. Needs are few: tried in turn."""
    if not needs:
        return taken
    used = {one.event for one in taken}
    persons = {one.person for one in taken} if distinct else set()
    for one in given:
        if needs[0].met_by(one) and one.event not in used and one.person not in persons:
            found = _matched(needs[1:], given, (*taken, one), distinct=distinct)
            if found is not None:
                return found
    return None


def _missing(
    subject: Subject, needs: Sequence[Need], given: Sequence[Standing], *, distinct: bool
) -> AuthorityError:
    missing = [need.words for need in needs if not any(need.met_by(one) for one in given)]
    what = f"it is not signed as {', '.join(missing)}" if missing else _too_few(needs, distinct=distinct)
    fallen = [one.line for one in given if one.state != "valid"]
    return AuthorityError(
        what + (f"; of those given: {'; '.join(fallen)}" if fallen else ""),
        where=f"{subject.kind} {subject.id}",
        mend="have it signed as it stands now",
    )


def _too_few(needs: Sequence[Need], *, distinct: bool) -> str:
    words = ", ".join(need.words for need in needs)
    return f"it needs signatures of {len(needs)} {'distinct persons' if distinct else 'acts'}: {words}"
