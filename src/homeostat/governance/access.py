"""The review of access: every account with what it may do and since when, laid before somebody who signs for it.

office -> AccessReport (lines, findings) -> put on record -> signed as reviewed -> in force until the next is due

EU GMP Annex 11 (draft 2025), identity and access management, and 21 CFR 11.300(b) (paraphrases): reviewed regularly.
"""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise, put_by
from homeostat.governance.known import directory, moment
from homeostat.governance.numbering import unused
from homeostat.governance.office import Office
from homeostat.governance.people import Secret
from homeostat.governance.people.wording import stated
from homeostat.governance.session import Session
from homeostat.governance.signing import Signature, Standing, Subject, give, signatures
from homeostat.ledger import Ledger, canonical
from homeostat.ledger.catalogue.people import AccessReported, AlertRaised
from homeostat.ledger.identity import Account, Directory, permitted

KIND = "access review"
DUE = timedelta(days=183)
"""A review is due half a year after the one before."""
UNUSED = timedelta(days=90)
"""After so long without a login it is asked whether an account is needed."""


@dataclass(frozen=True, slots=True)
class AccessLine:
    """One account as it is reviewed. Stamps are ISO 8601 with offset, "" for never.

    `pending` are the roles that were asked for and wait for the agreement of quality assurance.
    """

    account: str
    name: str
    roles: tuple[str, ...]
    pending: tuple[str, ...]
    state: str
    since: str
    enrolled: str
    verified: str
    last_login: str
    second_factor: bool
    factor_tested: str
    accountable: bool
    password_expires: str
    qualifications: tuple[str, ...]
    demonstration: bool


@dataclass(frozen=True, slots=True)
class AccessReport:
    """Every account at a moment, what deserves a look, and the urgent alerts since the review before."""

    at: str
    lines: tuple[AccessLine, ...]
    findings: tuple[str, ...]
    alerts: tuple[str, ...]

    @property
    def content(self) -> bytes:
        """The bytes that are signed: canonical JSON."""
        return canonical(json.loads(json.dumps(asdict(self))))


def access_report(office: Office) -> AccessReport:
    """Every account as it is now, also the retired ones."""
    known, now = directory(office), office.clock()
    last = last_review(office.ledger)
    return AccessReport(
        at=now,
        lines=tuple(line_of(account) for account in known.accounts.values()),
        findings=(*_unvouched(office, known), *_findings(known, now, last)),
        alerts=tuple(_alerts(office.ledger, last.seq if last else 0)),
    )


def review_access(
    office: Office, session: Session, secret: Secret, report: AccessReport, *, why: str
) -> Signature:
    """Sign that `report` was looked through, exactly as it was shown. Raises AuthorityError.

    The report is put on record first: where the signature then fails, nothing counts as reviewed.
    """
    authorise(office, session, "user.review")
    stated("reason", why)
    lest = partial(_complete, office, report)
    lest()
    name = f"access/{report.at}"
    subject = Subject(KIND, name, report.content)
    act = AccessReported(review=name, report=report.content.decode(), why=why)
    told = (one.event.data for one in office.acts((AccessReported.type,)))
    if not any((one.get("review"), one.get("report")) == (name, act.report) for one in told):
        put_by(office, session, act, event=unused(office.ledger, name))
    return give(office, session, secret, subject, "reviewed", why, lest=lest)


def _complete(office: Office, report: AccessReport) -> None:
    """Refuse a report that lacks an account."""
    if set(directory(office).accounts) != {line.account for line in report.lines}:
        raise AuthorityError("accounts were added since the report was made", mend="look at a new one")


def last_review(ledger: Ledger) -> Standing | None:
    """The signature of the last report that was reviewed and stands as it was signed; None where there is none."""
    last: Standing | None = None
    for stored in ledger.events(batch="", types=(AccessReported.type,)):
        name, report = str(stored.event.data["review"]), str(stored.event.data["report"])
        given = (one for one in signatures(ledger, KIND, name, report.encode()) if one.state == "valid")
        last = next(given, last)
    return last


def line_of(account: Account) -> AccessLine:
    """An account as it is reviewed."""
    return AccessLine(
        account=account.id,
        name=account.name,
        roles=account.roles,
        pending=account.pending,
        state=account.state,
        since=account.since,
        enrolled=account.enrolled,
        verified=account.verified,
        last_login=account.last_login,
        second_factor=account.second_factor,
        factor_tested=account.factor_tested,
        accountable=bool(account.accepted),
        password_expires=account.password_expires,
        qualifications=tuple(
            f"{one.task}: {'withdrawn' if one.withdrawn else f'until {one.expires}'}"
            for one in account.qualifications.values()
        ),
        demonstration=account.demonstration,
    )


def _unvouched(office: Office, known: Directory) -> tuple[str, ...]:
    """At a GMP site that was founded before persons vouched: that forged accounts could not be told from real ones."""
    words = (
        "nobody vouches for accounts yet: from the next policy on they are signed for (homeostat user policy)"
    )
    return (words,) if office.site.kind == "gmp" and not known.vouched else ()


def _findings(known: Directory, now: str, last: Standing | None) -> list[str]:
    """What a reviewer should not overlook."""
    keepers = [one.id for one in known.active() if permitted(one.roles, "user.manage")]
    found = (
        [] if len(keepers) > 1 else ["fewer than two administrators: if one is locked out, nobody can help"]
    )
    if last is None:
        found.append("access was never reviewed")
    elif moment(now) - moment(last.when) > DUE:
        found.append(f"the last review was on {last.when}")
    for account in known.accounts.values():
        found += [f"{account.id}: {words}" for words in _remarks(account, now)]
    return found


def _remarks(account: Account, now: str) -> list[str]:
    """What stands out about one account."""
    if account.state == "retired":
        return []
    used = account.last_login or account.enrolled
    told = {
        f"awaits the agreement of quality assurance to: {', '.join(account.pending)}": bool(account.pending),
        "a demonstration identity": account.demonstration,
        f"is {account.state}": account.state != "active",
        f"was not used since {used}": moment(now) - moment(used) > UNUSED,
        "has not accepted accountability": account.state == "active" and not account.accepted,
        "the password has expired": _over(account.password_expires, now),
    }
    expired = [
        f"qualification '{one.task}' expired"
        for one in account.qualifications.values()
        if not one.withdrawn and _over(one.expires, now)
    ]
    return [words for words, holds in told.items() if holds] + expired


def _over(expires: str, now: str) -> bool:
    return bool(expires) and moment(expires) <= moment(now)


def _alerts(ledger: Ledger, after: int) -> list[str]:
    events = ledger.events(batch="", types=(AlertRaised.type,), after=after)
    return [f"{one.recorded} {one.event.data['urgency']}: {one.event.data['words']}" for one in events]
