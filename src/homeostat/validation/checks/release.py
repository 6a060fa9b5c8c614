"""That a product leaves by the qualified person's signature alone, after all that stands in its way is settled.

EU GMP Annex 11 clauses 14 and 15, EU GMP Part IV (exceptional and staged release); paraphrases.
"""

from dataclasses import replace

from pydantic import JsonValue

from homeostat.errors import AuthorityError, QualityError
from homeostat.governance import Office
from homeostat.governance.released import Status
from homeostat.governance.signing import Subject, sign, signatures
from homeostat.ledger.catalogue import AlertRaised, BatchRecalled, Meaning
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.quality.release import agree, recall, reject, release, report, request, status, subject
from homeostat.quality.release.grounds import unsigned
from homeostat.quality.reviewed import KIND as REVIEW
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.grounds import BATCH, told
from homeostat.validation.scene import scene
from homeostat.validation.staff import Member, staff

_OTHERS = {
    "maria": "operator",
    "sven": "supervisor",
    "lena": "process scientist",
    "piet": "quality assurance",
    "ada": "administrator",
    "theo": "treating physician",
    "sara": "sponsor",
}
_OBSTACLES = (
    {"finished": False, "state": "running"},
    {"state": "aborted"},
    {"altered": ["event 7: its stored bytes were changed"]},
    {"unresolved": ["EX-1: oxygen was out of range"]},
    {"custody": ["container C-1 is held"]},
    {"status": Status(state="rejected")},
)


@proves("A11-14/15")
def only_a_qualified_person_releases_and_is_named(bench: Workbench) -> str:
    """Every other role is refused; the signature names the person, the meaning and the time."""
    with scene(bench) as (office, _):
        team = staff(office, vera="qualified person", **_OTHERS)
        for name, role in _OTHERS.items():
            with refused(AuthorityError, f"the release by a {role}"):
                release(office, team[name].session, team[name].secret, told(), "fit for use")
        vera = team["vera"]
        release(office, vera.session, vera.secret, told(), "fit for use")
        given = signatures(office.ledger, "certificate", BATCH, told().certificate.content())
        expect([one.state for one in given] == ["valid"], f"the signature does not stand: {given}")
        expect(given[0].name == "Vera" and given[0].meaning == "released", f"it says {given[0].line}")
        return f"{len(_OTHERS)} other roles were refused; on record is: {given[0].line}"


@proves("A11-14/15", "EXE-6")
def what_stands_in_the_way_is_not_signed_away(bench: Workbench) -> str:
    """A batch that runs, was aborted, altered, has open exceptions, is held, was rejected, was not reviewed."""
    with scene(bench) as (office, _):
        vera = staff(office, vera="qualified person")["vera"]
        for facts in _OBSTACLES:
            with refused(QualityError, f"the release of a batch with {facts}"):
                release(office, vera.session, vera.secret, told(**facts), "fit for use")
        unread = replace(told(), certificate=told().certificate.model_copy(update={"review": ""}))
        for grounds, what in ((unread, "no review"), (told(60.0), "a result out of specification")):
            with refused(QualityError, f"the release with {what}"):
                release(office, vera.session, vera.secret, grounds, "fit for use")
        expect(not signatures(office.ledger, "certificate", BATCH), "a refused release left a signature")
        return f"{len(_OBSTACLES) + 2} obstacles each kept a batch, and none left a signature"


@proves("PIV-1")
def out_of_specification_needs_physician_sponsor_and_qualified_person(bench: Workbench) -> str:
    """Each of the three signs the same certificate; with one missing, or of another certificate, it stays."""
    with scene(bench) as (office, _):
        team = staff(office, vera="qualified person", **_OTHERS)
        grounds = told(60.0, exceptional=True)
        _refused_while_unsigned(office, team["vera"], grounds.certificate.batch)
        request(office, team["theo"].session, team["theo"].secret, grounds, "no other treatment is left")
        _refused_while_unsigned(office, team["vera"], grounds.certificate.batch)
        agree(office, team["sara"].session, team["sara"].secret, grounds, "agreed with the physician")
        other = told(55.0, exceptional=True)
        expect(len([*unsigned(office.ledger, other.certificate)]) == 2, "signatures count for another result")
        with refused(QualityError, "a request for a product that conforms"):
            request(office, team["theo"].session, team["theo"].secret, told(exceptional=True), "asked")
        _let_go(office, team["vera"])
        stands = status(office.ledger, BATCH)
        expect(stands.state == "released" and stands.exceptional, f"it is {stands.state}")
        return "refused with none and with one of the two other signatures, released with both, marked exceptional"


@proves("PIV-1")
def one_person_with_two_roles_is_not_two_of_the_three(bench: Workbench) -> str:
    """Physician, sponsor and qualified person are three persons, whatever roles one account holds."""
    held = ("treating physician", "sponsor", "qualified person")
    for first, second in ((request, agree), (request, release), (agree, release)):
        with scene(bench) as (office, _):
            paul = staff(office, paul=held)["paul"]
            grounds = told(60.0, exceptional=True)
            first(office, paul.session, paul.secret, grounds, "a scene")
            with refused(AuthorityError, f"{first.__name__} and {second.__name__} by one person"):
                second(office, paul.session, paul.secret, grounds, "a scene")
            with refused(AuthorityError, f"{first.__name__} and {second.__name__} round the back"):
                meaning: Meaning = "agreed" if second is agree else "released"
                sign(office, paul.session, paul.secret, subject(grounds.certificate), meaning, "a scene")
    return "request and agree, request and release, agree and release by one person: each refused"


@proves("A11-14/15")
def who_reviewed_a_batch_does_not_release_it(bench: Workbench) -> str:
    """At a GMP site the signature of the review and that of the release are two persons'."""
    with scene(bench) as (office, _):
        team = staff(office, vera="qualified person", olaf="qualified person")
        vera, olaf = team["vera"], team["olaf"]
        reviewed = Subject(REVIEW, BATCH, b"the record", BATCH)
        sign(office, vera.session, vera.secret, reviewed, "reviewed", "read")
        with refused(AuthorityError, "the release by the reviewer"):
            release(office, vera.session, vera.secret, told(), "fit for use")
        release(office, olaf.session, olaf.secret, told(), "fit for use")
        expect(status(office.ledger, BATCH).state == "released", "another person could not release it")
    return "refused to the reviewer, and released by a second qualified person"


def _refused_while_unsigned(office: Office, vera: Member, batch: str) -> None:
    missing = tuple(unsigned(office.ledger, told(60.0, exceptional=True).certificate))
    expect(bool(missing), "nothing was missing")
    with refused(QualityError, f"the exceptional release of {batch} without {', '.join(missing)}"):
        release(
            office, vera.session, vera.secret, told(60.0, exceptional=True, unsigned=missing), "fit for use"
        )


def _let_go(office: Office, vera: Member) -> None:
    missing = tuple(unsigned(office.ledger, told(60.0, exceptional=True).certificate))
    release(
        office, vera.session, vera.secret, told(60.0, exceptional=True, unsigned=missing), "benefit outweighs"
    )


@proves("PIV-2")
def a_late_positive_alerts_and_lists_what_to_call_back(bench: Workbench) -> str:
    """A release in stages tells what is pending; a positive result alerts at once, a negative one completes."""
    with scene(bench) as (office, _):
        vera = staff(office, vera="qualified person")["vera"]
        grounds = told(pending=("sterility", "mycoplasma"))
        release(office, vera.session, vera.secret, grounds, "fit for use")
        expect(status(office.ledger, BATCH).due == ("sterility", "mycoplasma"), "not all is pending")
        stands = report(
            office,
            vera.session,
            vera.secret,
            BATCH,
            "mycoplasma",
            "negative",
            evidence="LAB-1",
            parts=(),
            why="report",
        )
        expect(stands.state == "released, tests pending", f"it is {stands.state}")
        part: dict[str, JsonValue] = {"container": "C-1", "patient": "P-0815", "custodian": "ward 3"}
        stands = _positive(office, vera, "sterility", part)
        alerts = [one.event.data for one in office.acts((AlertRaised.type,), BATCH)]
        expect([one["urgency"] for one in alerts] == ["urgent"], f"the alerts are {alerts}")
        expect(len([*office.acts((BatchRecalled.type,), BATCH)]) == 1, "there is no recall list")
        expect(stands.state == "recalled" and stands.parts == (part,), f"it is {stands}")
        with refused(QualityError, "the same test, reported again"):
            report(
                office,
                vera.session,
                vera.secret,
                BATCH,
                "sterility",
                "negative",
                evidence="L",
                parts=(),
                why="again",
            )
        return (
            "one negative left it pending, one positive raised an urgent alert and listed the bag at ward 3"
        )


@proves("PIV-2")
def a_positive_after_a_recall_alerts_again_and_renews_the_list(bench: Workbench) -> str:
    """Whether another positive or an order recalled the batch before: the result, an alert, a newer list."""
    for first in ("positive", "order"):
        with scene(bench) as (office, _):
            vera = staff(office, vera="qualified person")["vera"]
            _released_and_recalled(office, vera, first)
            moved: dict[str, JsonValue] = {"container": "C-1", "patient": "P-0815", "custodian": "ward 9"}
            stands = _positive(office, vera, "mycoplasma", moved)
            alerts = [one.event.data for one in office.acts((AlertRaised.type,), BATCH)]
            expect([one["urgency"] for one in alerts] == ["urgent"] * 2, f"after {first}: {alerts}")
            expect("mycoplasma" in str(alerts[-1]["words"]), f"after {first} the alert tells no cause")
            expect(stands.state == "recalled", f"after {first} it is {stands.state}")
            expect(stands.pending["mycoplasma"] == "positive", f"after {first} the result is not on record")
            expect(stands.parts == (moved,), f"after {first} the list is the old one")
    return "positive + positive, and recall + positive: each result on record, alerted, and the list renewed"


def _released_and_recalled(office: Office, vera: Member, how: str) -> None:
    """A batch that was released in stages, and recalled by a positive test or by an order."""
    release(office, vera.session, vera.secret, told(pending=("sterility", "mycoplasma")), "fit for use")
    part: dict[str, JsonValue] = {"container": "C-1", "patient": "P-0815", "custodian": "ward 3"}
    if how == "order":
        recall(office, vera.session, vera.secret, BATCH, "a wrong label", parts=(part,), why="seen")
    else:
        _positive(office, vera, "sterility", part)


def _positive(office: Office, vera: Member, test: str, part: dict[str, JsonValue]) -> Status:
    return report(
        office,
        vera.session,
        vera.secret,
        BATCH,
        test,
        "positive",
        evidence="LAB",
        parts=(part,),
        why="reported",
    )


@proves("PIV-2", "P11-10f")
def a_release_follows_its_table(bench: Workbench) -> str:
    """Nothing is released twice, after a rejection, or recalled before it was released."""
    with scene(bench) as (office, _):
        vera = staff(office, vera="qualified person")["vera"]
        with refused(QualityError, "the recall of what was never released"):
            recall(office, vera.session, vera.secret, BATCH, "a finding", parts=(), why="seen")
        _on_record(office, 1)
        reject(office, vera.session, vera.secret, told(), "not fit")
        stands = status(office.ledger, BATCH)
        expect(stands.state == "rejected", f"it is {stands.state}")
        for what in (release, reject):
            with refused(QualityError, f"{what.__name__} after a rejection"):
                what(office, vera.session, vera.secret, told(status=stands), "after all")
        _on_record(office, 3)
        expect(subject(told().certificate).batch == BATCH, "the signature is about another batch")
        return (
            "a recall before release, a release and a second rejection after a rejection: refused, on record"
        )


def _on_record(office: Office, refusals: int) -> None:
    causes = [one.event.data["cause"] for one in office.acts((AccessRefused.type,))]
    expect(causes == ["state"] * refusals, f"the refusals on record are {causes}")
