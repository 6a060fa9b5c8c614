"""That a signature says who, when and what in each form that people read, and stands in it as what it is by then.

21 CFR 11.50 (paraphrase): printed name, date and time, meaning, in every human-readable form of the record.
"""

import json

from homeostat.governance.demonstration import SECRET
from homeostat.governance.people import login
from homeostat.governance.signing import sign
from homeostat.quality import audit, batch_record, render_html, render_json
from homeostat.quality.bundle import make_bundle
from homeostat.quality.documents import batch_paper, typeset
from homeostat.quality.documents.issuing import signature_lines
from homeostat.quality.signed import record_subject
from homeostat.validation.checking import Workbench, expect, proves
from homeostat.validation.checks.documents import members
from homeostat.validation.small_batch import B, small_batch


@proves("P11-50")
def every_form_of_a_record_shows_name_time_and_meaning(bench: Workbench) -> str:
    """Page, data, paper, audit trail and bundle of a record that is signed, each read for all three."""
    with small_batch(bench) as (office, historian):
        qa = login(office, "demo-qa", SECRET)
        subject = record_subject(batch_record(office.ledger, historian, B))
        given = sign(office, qa, SECRET, subject, "approved", "read in full").signed
        record, events = batch_record(office.ledger, historian, B), tuple(office.ledger.events(batch=B))
        lines = signature_lines(office.ledger, B)
        paper = batch_paper(record, events, historian, training=True, signatures=lines)
        printed = typeset(paper, render_json(record).encode())
        trail = audit.trail(office.ledger, audit.Wanted(batch=B, type="record.signed"))
        sent = members(make_bundle(office, historian, B, parquet=False).content)
    forms = {
        "page": render_html(record, historian),
        "data": render_json(record),
        "paper": paper.model_dump_json(),
        "bundle": sent["events.jsonl"].decode(),
    }
    date, clock = given.at[:10], given.at[11:16]
    for name, text in forms.items():
        missing = [word for word in (given.name, given.meaning, date, clock) if word not in text]
        expect(not missing, f"the {name} does not show {missing} of a signature")
    expect(printed.startswith(b"%PDF-"), "the paper cannot be printed")
    expect([one.who for one in trail] == [given.account], "the audit trail does not name who signed")
    stands = json.loads(forms["data"])["signatures"][0]["state"]
    expect(stands == "valid", f"the signature on the unchanged record stands as {stands}")
    return f"{given.name}, {given.meaning}, {given.at}: in {', '.join(forms)}, and the audit trail"
