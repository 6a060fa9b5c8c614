"""That a signature says who, what and when, cannot be moved, and that no change of a record goes unnoticed.

21 CFR 11.10(a), 11.50, 11.70; EU GMP Annex 11 clauses 14 and 15 and the signature chapter of its 2025 draft.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance import Office
from homeostat.governance.people import login
from homeostat.governance.signing import Need, Subject, require, sign, signatures, stamped
from homeostat.ledger import Event, LedgerCheck, PublicKey, verify_ledger
from homeostat.ledger.catalogue import RecordSigned
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.intruder import DEEDS, full_disk, unguarded
from homeostat.validation.own_key import round_the_back
from homeostat.validation.staff import Member, staff

_SHOWN = Subject("record", "B0001", b"exactly what was shown", "B0001")


@contextmanager
def _scene(bench: Workbench) -> Iterator[tuple[Office, dict[str, Member]]]:
    """The office of a new GMP site, with people who may sign."""
    with bench.office(bench.site("gmp")) as office:
        yield office, staff(office, maria="operator", piet="operator", quinn="quality assurance")


def _sign(office: Office, member: Member, subject: Subject = _SHOWN) -> str:
    return sign(office, member.session, member.secret, subject, "performed", "it was done").event


@proves("P11-50")
def a_signature_says_name_time_and_meaning(bench: Workbench) -> str:
    """The three stand in the ledger and in the line that every form prints."""
    with _scene(bench) as (office, team):
        _sign(office, team["maria"])
        (one,) = signatures(office.ledger, "record", "B0001", _SHOWN.content)
    said = (one.name, one.meaning, one.when)
    expect(all(part and part in one.line for part in said), "name, meaning or time is not printed")
    expect(one.name == "Maria", f"the printed name is {one.name!r}, not that of the account")
    expect(datetime.fromisoformat(one.when).utcoffset() is not None, "the time has no offset from UTC")
    return f"printed as: {one.line}"


@proves("P11-70")
def a_signature_cannot_be_copied_or_outlive_a_change(bench: Workbench) -> str:
    """Its event under another id, for another record or batch, or over other content is told for what it is."""
    with _scene(bench) as (office, team):
        _sign(office, team["maria"])
        data = next(office.ledger.events(types=(RecordSigned.type,))).event.data
        copies: tuple[tuple[str, str, dict[str, str]], ...] = (
            ("signature/copy-1", "B0001", {}),
            ("signature/copy-2", "B0001", {"subject": "B0002"}),
            ("signature/copy-3", "B0002", {}),
            ("signature/copy-4", "B0001", {"meaning": "released"}),
            ("signature/copy-5", "B0001", {"sha256": "0" * 64}),
        )
        for event, batch, changed in copies:
            office.ledger.append(Event(event, RecordSigned.type, batch, 0, "maria", {**data, **changed}))
        office.ledger.commit()
        states = {
            one.event: (one.state, one.words)
            for subject in ("B0001", "B0002")
            for one in signatures(office.ledger, "record", subject, _SHOWN.content)
        }
        expect(all(states[event][0] == "invalid" for event, _, _ in copies), "a copied signature passed")
        expect(sum(state == "valid" for state, _ in states.values()) == 1, "the original does not stand")
        changed_record = signatures(office.ledger, "record", "B0001", _SHOWN.content + b".")
        expect(
            {one.state for one in changed_record} == {"superseded", "invalid"},
            "a signature survived the change of its record",
        )
        told = next(one for one in changed_record if one.state == "superseded")
        found = [one.what for one in verify_site(office.site).findings]
        expect(len(found) == len(copies), f"{len(copies)} copies, but homeostat verify finds: {found}")
    why = states["signature/copy-1"][1]
    return f"{len(copies)} copies found by homeostat verify ({why}); after a change: {told.words}"


@proves("P11-70")
def nothing_is_half_signed(bench: Workbench) -> str:
    """A signature is one event: where the disk takes no more there is none, and nothing is acknowledged."""
    with _scene(bench) as (office, team):
        with full_disk(office.site), refused(LedgerError, "a signature on a full disk"):
            _sign(office, team["maria"])
        left = signatures(office.ledger, "record", "B0001", _SHOWN.content)
        expect(not left, "something was signed although it could not be stored")
        _sign(office, team["maria"])
        (one,) = signatures(office.ledger, "record", "B0001", _SHOWN.content)
        expect(one.state == "valid", "signing does not go on once there is room")
    return "refused in words while nothing could be stored, no event left behind, and valid afterwards"


@proves("A11D-13")
def stamps_of_signatures_stay_in_order_through_the_end_of_summer_time(bench: Workbench) -> str:
    """02:30 comes twice on 25 October 2026 in Berlin; both signatures are told apart, and in order."""
    moment = [datetime(2026, 10, 24, 22, tzinfo=UTC)]
    berlin = ZoneInfo("Europe/Berlin")
    site = bench.site("gmp")
    with Office.open(site, lambda: moment[0].astimezone(berlin).isoformat(), bench.nonce) as office:
        team = staff(office, maria="operator")
        whens = []
        for hour in (0.5, 1.5):
            moment[0] = datetime(2026, 10, 25, tzinfo=UTC) + timedelta(hours=hour)
            again = Member(login(office, "maria", team["maria"].secret), team["maria"].secret)
            _sign(office, again)
            whens.append([*signatures(office.ledger, "record", "B0001", None)][-1].when)
        naive = replace(office, clock=lambda: moment[0].replace(tzinfo=None).isoformat())
        with refused(AuthorityError, "a signature without an offset from UTC"):
            stamped(naive)
    one, other = map(datetime.fromisoformat, whens)
    expect(whens[0][11:16] == whens[1][11:16] == "02:30", f"the clock showed {whens}")
    expect(other - one == timedelta(hours=1), "the stamps are not an hour apart")
    return f"{whens[0]} is before {whens[1]}"


@proves("A11-14/15")
def signatures_of_two_persons_and_of_the_right_role_are_required(bench: Workbench) -> str:
    """One person does not sign twice for two, nor an operator for quality assurance."""
    with _scene(bench) as (office, team):
        needs = [Need("performed"), Need("verified"), Need("reviewed", "quality assurance")]
        maria, piet, quinn = team["maria"], team["piet"], team["quinn"]
        _sign(office, maria)
        with refused(AuthorityError, "the verification of one's own work"):
            sign(office, maria.session, maria.secret, _SHOWN, "verified", "done")
        sign(office, piet.session, piet.secret, _SHOWN, "verified", "seen")
        with refused(AuthorityError, "a signature as reviewed by an operator"):
            sign(office, piet.session, piet.secret, _SHOWN, "reviewed", "read")
        round_the_back(office, piet.session, piet.secret, _SHOWN, "reviewed")
        with refused(AuthorityError, "a review by somebody who is not quality assurance"):
            require(office.ledger, _SHOWN, needs)
        sign(office, quinn.session, quinn.secret, _SHOWN, "reviewed", "read")
        met = require(office.ledger, _SHOWN, needs)
        with refused(AuthorityError, "the use of signatures on a record that has changed since"):
            require(office.ledger, replace(_SHOWN, content=b"changed"), needs)
    return "met by " + ", ".join(f"{one.name} ({one.meaning})" for one in met)


@proves("P11-10a")
def every_kind_of_tampering_is_found_and_said(bench: Workbench) -> str:
    """Each deed is done to a copy of the site by somebody who can write its database."""
    with _scene(bench) as (office, team):
        for number in range(3):
            _sign(office, team["maria"], replace(_SHOWN, id=f"B{number:04d}"))
        site = office.site
    expect(not _verified(site).findings, "an untouched ledger is not found sound")
    missed = []
    for number, (name, deed) in enumerate(DEEDS.items()):
        copy = _copied(site, bench.folder / f"deed-{number}")
        with unguarded(copy) as raw:
            deed(raw)
        if not all(found.what for found in _verified(copy).findings) or not _verified(copy).findings:
            missed.append(name)
    expect(not missed, f"not found: {', '.join(missed)}")
    return f"{len(DEEDS)} of {len(DEEDS)} found: {', '.join(DEEDS)}"


@proves("P11-10a", "A11D-12")
def a_restored_or_rewritten_past_is_found_by_the_anchored_head(bench: Workbench) -> str:
    """Even with the site's own key: heads that were copied elsewhere know what there was."""
    with _scene(bench) as (office, team):
        old = _copied(office.site, bench.folder / "backup")
        _sign(office, team["maria"])
        site = office.site
    anchor = bench.folder / "anchored.jsonl"
    shutil.copyfile(site.heads_file, anchor)
    expect(not _verified(site, anchor).findings, "the true ledger does not agree with its anchor")
    restored = _verified(old, anchor).findings
    with bench.office(old) as office:
        office.ledger.append(Event("act/invented", RecordSigned.type, "", 0, "nobody", {}))
        office.ledger.append(Event("act/invented-2", RecordSigned.type, "", 0, "nobody", {}))
        office.ledger.commit()
    expect(not _verified(old).findings, "the rewritten past should look sound by itself: the scene is wrong")
    rewritten = _verified(old, anchor).findings
    expect(bool(restored), "an old backup that was put back is not found")
    expect(bool(rewritten), "a past rewritten with the site's own key is not found")
    return f"restored: {restored[0].what}; rewritten: {rewritten[0].what}"


@proves("P11-10a")
def a_clock_that_was_set_back_is_found(bench: Workbench) -> str:
    """An act that is made to look earlier than the one before it is a finding of `homeostat verify`."""
    site = bench.site("gmp")
    for hour in (8, 10, 9):
        stamp = datetime(2026, 11, 20, hour, tzinfo=UTC).isoformat
        with site.recording(stamp) as ledger:
            ledger.append(Event(f"act/{hour}", RecordSigned.type, "", 0, "maria", {}))
            ledger.commit()
    found = _verified(site).findings
    expect(len(found) == 1, f"{len(found)} findings about one step of the clock")
    expect("clock" in found[0].what, f"it says '{found[0].what}'")
    return found[0].what


def _verified(site: Site, anchor: Path | None = None) -> LedgerCheck:
    key = PublicKey.load(site.keys)
    return verify_ledger(site.ledger_path, public_key=key, heads=anchor or site.heads_file)


def _copied(site: Site, folder: Path) -> Site:
    shutil.copytree(site.root, folder)
    return Site.open(folder)
