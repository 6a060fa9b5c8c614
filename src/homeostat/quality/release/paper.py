"""The certificate of analysis as a paper: identity, results with uncertainty, decisions, tests to come, signatures."""

from collections.abc import Sequence

from homeostat.governance.released import Status
from homeostat.quality.documents import Paper, SignatureLine
from homeostat.quality.documents.paper import Section, Tone, section, table
from homeostat.quality.release.certificate import Certificate
from homeostat.quality.release.results import Result
from homeostat.quality.wording import bounds, chance, quantity

_TONES: dict[str, Tone] = {"released": "good", "released, tests pending": "care", "open": "plain"}


def certificate_paper(
    certificate: Certificate,
    status: Status,
    signatures: Sequence[SignatureLine],
    when: str,
    since: str = "",
) -> Paper:
    """The paper of a certificate, whose release stands as `status`; `when` is the record's time (ISO 8601).

    `since` says what has changed since it was signed.
    """
    return Paper(
        kind="certificate of analysis",
        number=certificate.batch,
        title=f"{certificate.process} {certificate.version}",
        when=when,
        training=certificate.site == "training",
        statement=_statement(certificate, status),
        tone=_TONES.get(status.state, "bad"),
        note=" ".join(filter(None, (_EXCEPTIONAL if status.exceptional else "", _recall(status), since))),
        facts=(
            ("Batch", certificate.batch),
            ("Patient (code)", certificate.patient),
            ("Process", f"{certificate.process} {certificate.version}"),
            ("Approval", certificate.approval),
            ("Content hash of the process", certificate.process_hash),
            ("Decision rule", _rule(certificate)),
            ("Deviations", ", ".join(certificate.deviations) or "none"),
        ),
        sections=tuple(_sections(certificate, status)),
        signatures=tuple(signatures),
        origin=(
            ("Hash of the record's events", certificate.evidence),
            ("Hash of the signed review", certificate.review or "not reviewed"),
            (
                "Attached",
                f"{'the certificate as it was signed' if status.signature else 'this certificate'}, as JSON",
            ),
        ),
    )


_EXCEPTIONAL = "Released out of specification, by request."


def _recall(status: Status) -> str:
    told = f"Recalled by {status.recalled_by}, {status.recalled}: {status.cause}."
    return told if status.state == "recalled" else ""


def _statement(certificate: Certificate, status: Status) -> str:
    good = sum(one.conformity == "conforms" for one in certificate.results)
    return f"{status.state.capitalize()}. {good} of {len(certificate.results)} results conform."


def _rule(certificate: Certificate) -> str:
    if certificate.decision == "simple":
        return "simple acceptance"
    return (
        f"guarded acceptance, probability of conformity at least {certificate.confidence:.3g} (JCGM 106:2012)"
    )


def _sections(certificate: Certificate, status: Status) -> list[Section]:
    results = table(
        "Results",
        "Attribute|Specified=|Result>|Uncertainty>|Probability>|Decision|Method",
        [_row(one) for one in certificate.results],
    )
    pending = table(
        "Reported after the release",
        "Test|Within|Outcome|If positive",
        [
            (one.title, f"{one.due:g} h", status.pending.get(one.test) or "pending", one.action)
            for one in certificate.pending
        ],
    )
    parts = table(
        "To be called back",
        "Container|Patient|Custodian|Place",
        [
            tuple(str(one.get(key, "")) for key in ("container", "patient", "custodian", "place"))
            for one in status.parts
        ],
    )
    made = [section("Results", results), section("Tests to come", pending), section("Recall", parts)]
    return [one for one in made if one.tables]


def _row(one: Result) -> tuple[str, ...]:
    value = "" if one.value is None else quantity(one.value, one.unit)
    spread = "" if one.uncertainty is None else quantity(one.uncertainty, one.unit)
    likely = "" if one.probability is None else chance(one.probability)
    method = one.method or one.words
    if one.source == "real-time":
        method = f"{one.method} (predicted, model {one.model[:16]})"
    return one.title, bounds(one.low, one.high, one.unit), value, spread, likely, one.conformity, method
