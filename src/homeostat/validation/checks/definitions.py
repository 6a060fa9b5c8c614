"""That batches start only from approved, effective versions, that no version changes, and that recipes are kept to.

21 CFR 11.10(g, k); ISA-88 master and control recipes; EU GMP Annex 11 clause 4.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from homeostat.errors import AuthorityError
from homeostat.execution import Options, run
from homeostat.execution.trial import Silent
from homeostat.governance import Office
from homeostat.governance.changes import approve_change, change_subject, objection
from homeostat.governance.definitions import (
    approve,
    definitions,
    difference,
    retire,
    review,
    subject_of,
    submit,
)
from homeostat.governance.gate import admit
from homeostat.governance.signing import sign, signatures
from homeostat.ledger.catalogue import BatchStarted, DeviationRequested, RecipeChange, payload
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.process import Process, load
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.own_key import round_the_back
from homeostat.validation.staff import Member, staff

_RULES = ("review", "1.0.0")
_LATE = json.dumps({"late": {"minutes": 15}})


@contextmanager
def _scene(bench: Workbench) -> Iterator[tuple[Office, dict[str, Member]]]:
    """The office of a new GMP site: sam writes, quinn approves, olga starts batches."""
    with bench.office(bench.site("gmp")) as office:
        yield (
            office,
            staff(
                office,
                sam="process scientist",
                quinn=("quality assurance", "process scientist"),
                olga="operator",
            ),
        )


@proves("P11-10k")
def a_gmp_site_starts_only_from_approved_effective_versions(bench: Workbench) -> str:
    """Unknown, submitted, reviewed, future, changed and retired versions are refused; so is an unidentified person."""
    process = load("car-t")
    name = ("process", process.process, process.version)
    with _scene(bench) as (office, team):
        sam, quinn, olga = team["sam"], team["quinn"], team["olga"].session
        with refused(AuthorityError, "a process that was never submitted"):
            admit(office, olga, process, {})
        submit(office, sam.session, "process", *name[1:], process.model_dump_json(), why="first")
        with refused(AuthorityError, "a process that was only submitted"):
            admit(office, olga, process, {})
        review(office, quinn.session, quinn.secret, *name, why="read")
        with refused(AuthorityError, "a process that was only reviewed"):
            admit(office, olga, process, {})
        later = (datetime.fromisoformat(office.clock()) + timedelta(minutes=5)).isoformat()
        approve(office, quinn.session, quinn.secret, *name, why="good", effective=later)
        with refused(AuthorityError, "a process before its effective date"):
            admit(office, olga, process, {})
        then = replace(office, clock=lambda: later)
        admitted = admit(then, olga, process, {})
        with refused(AuthorityError, "a start by nobody"):
            admit(then, None, process, {})
        with refused(AuthorityError, "a start by somebody who may not"):
            admit(then, quinn.session, process, {})
        with refused(AuthorityError, "a process that was changed after its approval"):
            admit(then, olga, process.model_copy(update={"title": "another"}), {})
        with refused(AuthorityError, "a model package that was never approved"):
            admit(then, olga, process, {"glucose": "0" * 64})
        retire(then, quinn.session, *name, why="replaced")
        with refused(AuthorityError, "a retired process"):
            admit(then, olga, process, {})
    return f"{admitted.definition} admitted for {admitted.started_by}; nine others refused"


@proves("P11-10k", "EXE-2")
def a_batch_names_the_exact_versions_it_starts_from(bench: Workbench) -> str:
    """Process, models, software and twin by hash, the definition, the account and the kind of site."""
    process = load("car-t")
    first = next(iter(process.recipe.phases())).name
    site = bench.site("training")
    run(site, process, Options(until=first), Silent())
    with site.reading() as (ledger, _):
        told = next(ledger.events(batch="B0001", types=(BatchStarted.type,)))
    start = payload(told.event.type, told.event.data)
    if not isinstance(start, BatchStarted):
        return ""
    expect(start.process_hash == process.content_hash, "the hash in the record is not that of the process")
    again = Process.model_validate_json(start.declaration).content_hash
    expect(again == start.process_hash, "the declaration on record is not the one that was hashed")
    expect(bool(start.environment.get("homeostat")), "the version of the software is not on record")
    expect(bool(start.twin.get("kernel")), "the kernel of the twin is not on record")
    expect(start.site_kind == "training", "the record does not say that the site is for training")
    return f"{start.process} {start.version} {start.process_hash[:16]}…, Homeostat {start.environment['homeostat']}"


@proves("EXE-2", "P11-10k")
def a_version_is_never_edited(bench: Workbench) -> str:
    """Another content under a known version is refused; a new version says by field what it changes."""
    with _scene(bench) as (office, team):
        sam = team["sam"].session
        one = submit(office, sam, "rules", *_RULES, _LATE, why="first")
        changed = json.dumps({"late": {"minutes": 60}})
        with refused(AuthorityError, "another content under a version on record"):
            submit(office, sam, "rules", *_RULES, changed, why="a correction")
        other = submit(office, sam, "rules", "review", "1.1.0", changed, why="a new version")
        kept = definitions(office.ledger, office.clock()).get("rules", *_RULES)
        expect(kept is not None and kept.content == _LATE, "the version on record is not as it was submitted")
        (change,) = difference(one.content, other.content)
    expect((change.field, change.old, change.new) == ("late.minutes", 15, 60), f"the difference is {change}")
    return f"refused; version 1.1.0 changes {change.field} from {change.old} to {change.new}"


@proves("P11-10k", "EXE-2")
def retiring_a_version_brings_no_older_one_back(bench: Workbench) -> str:
    """What was superseded stays so when its successor is retired; nothing is effective until something is approved."""
    with _scene(bench) as (office, team):
        sam, quinn = team["sam"], team["quinn"]
        for version in ("1.0.0", "1.1.0"):
            submit(
                office, sam.session, "rules", "review", version, json.dumps({"late": version}), why="first"
            )
            review(office, quinn.session, quinn.secret, "rules", "review", version, why="read")
            approve(office, quinn.session, quinn.secret, "rules", "review", version, why="good")
        retire(office, quinn.session, "rules", "review", "1.1.0", why="dangerous")
        known = definitions(office.ledger, office.clock())
    states = [one.state for one in known.versions]
    expect(states == ["superseded", "retired"], f"the versions are {states}")
    expect(known.effective("rules", "review") is None, "a version is effective that nobody approved again")
    return f"the older version stayed {states[0]}"


@proves("P11-10g")
def an_author_does_not_approve(bench: Workbench) -> str:
    """Not even one who is quality assurance too, and not by a signature round the back."""
    with _scene(bench) as (office, team):
        sam, quinn = team["sam"], team["quinn"]
        mine = submit(office, quinn.session, "rules", *_RULES, _LATE, why="first")
        with refused(AuthorityError, "the review of one's own definition"):
            review(office, quinn.session, quinn.secret, "rules", *_RULES, why="mine is good")
        review(office, sam.session, sam.secret, "rules", *_RULES, why="read")
        with refused(AuthorityError, "the approval of one's own definition"):
            approve(office, quinn.session, quinn.secret, "rules", *_RULES, why="mine is good")
        with refused(AuthorityError, "a bare signature of approval by a scientist"):
            sign(office, sam.session, sam.secret, subject_of(mine), "approved", "round the back")
        for one in (sam, quinn):
            round_the_back(office, one.session, one.secret, subject_of(mine), "approved")
        after = definitions(office.ledger, office.clock()).get("rules", *_RULES)
        causes = [one.event.data["cause"] for one in office.acts((AccessRefused.type,))]
    expect(after is not None and after.state == "reviewed", "the definition was approved by its author")
    expect(causes == ["segregation", "segregation", "role"], f"the refusals on record are {causes}")
    return "review and approval by the author refused, on record; a bare signature approves nothing"


@proves("EXE-2", "EXE-9")
def a_running_recipe_changes_only_by_a_signed_deviation(bench: Workbench) -> str:
    """A set-point or a mode is objected to unless a signature carries just this change for just this batch, once."""
    point = RecipeChange(change="set-point", loop="oxygen_control", value=50.0)
    mode = RecipeChange(change="mode", loop="oxygen_control", mode="manual")
    with _scene(bench) as (office, team):
        quinn, olga = team["quinn"], team["olga"]

        def against(
            what: RecipeChange, event: str, batch: str = "B0001", number: str = "DEV-0001", by: str = "quinn"
        ) -> str:
            return objection(office.ledger, batch, number, what, event, by)

        expect(bool(against(point, "")), "a change without deviation and signature was not objected to")
        with refused(AuthorityError, "a change under a deviation that does not exist"):
            approve_change(office, quinn.session, quinn.secret, "B0001", "DEV-0001", point, why="foam")
        found = DeviationRequested(about=("B0001",), finding="foam in the vessel", source="", why="seen")
        office.put("olga", found, event="deviation/DEV-0001/opened")
        expect(bool(against(mode, "")), "an unsigned change of a mode was not objected to")
        with refused(AuthorityError, "the approval by an operator"):
            approve_change(office, olga.session, olga.secret, "B0001", "DEV-0001", point, why="foam")
        bare = change_subject(office.ledger, "B0001", "DEV-0001", point)
        with refused(AuthorityError, "an operator's signature over the change"):
            sign(office, olga.session, olga.secret, bare, "approved", "round the back")
        round_the_back(office, olga.session, olga.secret, bare, "approved")
        by_olga = signatures(office.ledger, bare.kind, bare.id)[-1].event
        by_quinn = approve_change(
            office, quinn.session, quinn.secret, "B0001", "DEV-0001", point, why="foam"
        ).event
        expect(bool(against(point, by_olga, by="olga")), "an operator's signature carried the change")
        expect(bool(against(point, by_quinn, by="olga")), "another's signature carried the change")
        expect(bool(against(mode, by_quinn)), "a signature carried another change")
        expect(bool(against(point, by_quinn, "B0002")), "a signature carried the change of another batch")
        expect(not against(point, by_quinn), f"it was objected to: {against(point, by_quinn)}")
        office.put("olga", found, event="deviation/DEV-0001/assessed")
        stale = against(point, by_quinn)
    expect(bool(stale), "a signature carried the change although the deviation has changed since")
    return f"carried by the approval alone; after the deviation changed: {stale}"
