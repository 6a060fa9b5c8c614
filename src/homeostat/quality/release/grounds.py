"""Gather the grounds of a release from the stores: record, results, review, deviations, custody, verification.

site, batch -> Grounds (pure data, see `obstacles`)
"""

import hashlib
from collections.abc import Iterable, Iterator

from pydantic import JsonValue

from homeostat.errors import AuthorityError, QualityError
from homeostat.governance.custody import Belonging, Book, identity_of, trace
from homeostat.governance.custody.administering import GIVEN
from homeostat.governance.released import status
from homeostat.governance.signing import Need, require, signatures
from homeostat.historian import Historian
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import ModelLoaded
from homeostat.ledger.readable import unreadable
from homeostat.monitoring.package import Package, parse_running
from homeostat.process import Process
from homeostat.quality.credibility import Adequate, adequacy
from homeostat.quality.deviations import deviations, disregarded
from homeostat.quality.exceptions import NEWEST, report
from homeostat.quality.record import matter, record_of
from homeostat.quality.release.acting import subject
from homeostat.quality.release.certificate import Certificate, certify, evidence
from homeostat.quality.release.founded import unfounded
from homeostat.quality.release.obstacles import Grounds
from homeostat.quality.release.results import results
from homeostat.quality.review import Review
from homeostat.quality.review.unresolved import unresolved_by
from homeostat.quality.reviewed import standing
from homeostat.quality.standing_in import against
from homeostat.quality.story import Story
from homeostat.quality.unhurried import collecting_later
from homeostat.quality.unproven import touching
from homeostat.quality.verify import SiteCheck, verify_site
from homeostat.site import Site

EXCEPTIONAL: tuple[Need, ...] = (Need("requested", "treating physician"), Need("agreed", "sponsor"))
"""Whose signatures an exceptional release needs beside the qualified person's (EU GMP Part IV, 11.5; paraphrase)."""
_SHOWN = 3


@collecting_later()
def grounds(site: Site, batch: str, *, exceptional: bool = False) -> Grounds:
    """All that the release of `batch` rests on now; the whole site is verified for it.

    Raises RecordError where there is no such batch, QualityError where its process cannot be read.
    """
    check = verify_site(site)
    with site.reading() as (ledger, historian):
        seen, events = ledger.size, tuple(ledger.stored(batch=batch))
        sections = matter(Story.read(ledger, historian, batch))
        story, record = sections.story, record_of(ledger, sections)
        process = story.process
        if process is None:
            raise QualityError("the batch's process cannot be read: nothing can be decided", where=batch)
        reviewed = standing(ledger, report(sections, NEWEST))
        signed = reviewed.state == "reviewed"
        certificate = certify(
            record,
            process,
            results(record, process, credible(ledger, historian, story, process), against(story)),
            site=site.kind,
            exceptional=exceptional,
            review=hashlib.sha256(reviewed.shown).hexdigest() if signed else "",
            deviations=[one.id for one in deviations(ledger, batch)],
            evidence=evidence(events),
        )
        return Grounds(
            state=record.header.state,
            finished=record.header.finished,
            status=status(ledger, batch),
            certificate=certificate,
            altered=(
                *_altered(ledger, check, batch),
                *_disregarded(ledger, check, batch),
                *_unread(events, check),
            ),
            unresolved=[f"{one.id}: {one.words}" for one in unresolved_by(ledger, reviewed)],
            reviewed=_review_in_words(reviewed),
            custody=tuple(_custody(site, ledger, batch)),
            unsigned=tuple(unsigned(ledger, certificate)) if exceptional else (),
            unfounded=tuple(unfounded(story)),
            seen=seen,
        )


def _altered(ledger: Ledger, check: SiteCheck, batch: str) -> Iterator[str]:
    """What was altered, anywhere at the site; and what was settled for others, of the batch that it is about."""
    yield from (f"{one.where}: {one.what}" for one in check.altered[:_SHOWN])
    settled = [one for one in check.findings if one.settled and not one.as_recorded]
    for one in touching(ledger, settled, batch):
        yield f"{one.where}: {one.what}; that is settled for other batches, not for this one"


def _disregarded(ledger: Ledger, check: SiteCheck, batch: str) -> Iterator[str]:
    """Acts on deviations of the batch that came to nothing, until they are settled: what they say was not judged."""
    settled = {one.event for one in check.findings if one.settled}
    names = {one.id for one in deviations(ledger, batch)}
    for one, why in disregarded(ledger):
        about = one.event.batch == batch or one.event.data.get("deviation") in names
        if about and one.seq not in settled:
            yield f"event {one.seq} ({one.event.type}), as by {one.event.actor}, counts for nothing: {why}"


def _unread(events: Iterable[Recorded], check: SiteCheck) -> Iterator[str]:
    """The events of the batch that cannot be read, which count for nothing, but those that the verification told."""
    named = {one.event for one in check.findings}
    for one in events:
        if one.seq not in named and (words := unreadable(one)):
            yield f"event {one.seq} cannot be read: {words}"


def credible(ledger: Ledger, historian: Historian, story: Story, process: Process) -> dict[str, Adequate]:
    """Of each soft sensor of the batch that is named to stand for an assay: whether it may."""
    wanted, found = set(process.release.realtime.values()), dict[str, Adequate]()
    for fact in story.of(ModelLoaded):
        if fact.data.model in wanted:
            package = parse_running(fact.data.package.encode(), fact.data.model)
            found[fact.data.model] = (
                adequacy(ledger, historian, package)
                if isinstance(package, Package)
                else Adequate(False, "it watches and tells no value")
            )
    return found


def parts(ledger: Ledger, batch: str) -> tuple[str, ...]:
    """The containers that hold, or held, what came from a batch."""
    try:
        found = trace(ledger, batch)
    except AuthorityError:  # custody knows nothing of it
        return ()
    known = Book.of(ledger).containers
    names = dict.fromkeys(edge.target.id for edge in found.forward if edge.target.kind == "container")
    return tuple(name for name in names if name in known)


def whereabouts(ledger: Ledger, batch: str) -> tuple[dict[str, JsonValue], ...]:
    """Where every part of a batch's product is now, or whom it was given to: what a recall asks back."""
    book = Book.of(ledger)
    return tuple(_part(book, name) for name in parts(ledger, batch))


def _part(book: Book, name: str) -> dict[str, JsonValue]:
    container = book.containers[name]
    patient = book.identities[container.identity].patient if container.identity in book.identities else ""
    return {
        "container": name,
        "identity": container.identity,
        "patient": patient,
        "custodian": container.custodian,
        "place": container.place,
        "state": container.state,
    }


def _review_in_words(reviewed: Review) -> str:
    if reviewed.state == "superseded":
        return f"the review signed by {reviewed.signed_by} was overtaken: the record has changed since"
    return "" if reviewed.state == "reviewed" else f"the review is {reviewed.state}"


def _custody(site: Site, ledger: Ledger, batch: str) -> Iterator[str]:
    """A batch of a GMP site has its identity, nothing of it is held, and what it was made from is released."""
    if site.kind == "gmp" and identity_of(ledger, batch) is None:
        yield "the batch is bound to no chain of identity"
    book = Book.of(ledger)
    for name in parts(ledger, batch):
        if book.containers[name].held:
            yield f"container {name} is held"
    for earlier in sorted(Belonging.of(ledger).before(batch) - {batch}):
        if status(ledger, earlier).state not in GIVEN:
            yield f"it was made from batch {earlier}, which is not released"


def unsigned(ledger: Ledger, certificate: Certificate) -> Iterator[str]:
    """The signatures that an exceptional release still lacks: each has to be another person's."""
    shown = subject(certificate)
    given = signatures(ledger, shown.kind, shown.id, shown.content)
    missing = [need.words for need in EXCEPTIONAL if not any(need.met_by(one) for one in given)]
    yield from missing
    if not missing:
        try:
            require(ledger, shown, EXCEPTIONAL, distinct=True)
        except AuthorityError as error:
            yield error.what
