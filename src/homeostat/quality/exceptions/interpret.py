"""The interpreter: a rule set and the matter of a batch make the exception report."""

import hashlib
from collections.abc import Iterator

from homeostat.ledger import canonical
from homeostat.quality.exceptions.matter import Matter
from homeostat.quality.exceptions.probes import PROBES
from homeostat.quality.exceptions.ruleset import NEWEST, Case, Rule, rule_set
from homeostat.quality.exceptions.seen import Seen, Sign
from homeostat.quality.model import Check, ExceptionReport, Finding, Remark, Severity

_RANK: tuple[Severity, ...] = ("critical", "major", "minor")
_NAME = 12  # hexadecimal digits of an exception's name


def report(matter: Matter, version: int = NEWEST) -> ExceptionReport:
    """What the rules of `version` find: by severity, then in the order of the rules, then of the record.

    Raises QualityError where there is no such rule set.
    """
    rules = rule_set(version)
    checks, items, remarks = list[Check](), dict[str, Finding](), list[Remark]()
    for rule in rules.rules:
        seen = list(PROBES[rule.looks_at](matter, rule))
        found = [_finding(rule, case, sign) for case, sign in _told(rule, seen) if case.severity != "remark"]
        items |= {one.id: one for one in found}
        remarks += [
            Remark(rule=rule.id, subject=sign.subject, text=_words(case, sign))
            for case, sign in _told(rule, seen)
            if case.severity == "remark"
        ]
        checks.append(_check(rule, seen, len({one.id for one in found})))
    events = matter.story.record_events
    return ExceptionReport(
        batch=matter.story.batch,
        rules=version,
        rules_sha256=rules.sha256,
        events=len(events),
        last=events[-1].event.id if events else "",
        last_hash=events[-1].hash.hex() if events else "",
        items=tuple(sorted(items.values(), key=lambda one: _RANK.index(one.severity))),
        checks=tuple(checks),
        remarks=tuple(remarks),
    )


def _told(rule: Rule, seen: list[Seen]) -> Iterator[tuple[Case, Sign]]:
    """The signs that the rule has a word for; of others it says nothing."""
    for thing in seen:
        for sign in thing.signs:
            case = rule.cases.get(sign.case)
            if case is not None:
                yield case, sign


def _check(rule: Rule, seen: list[Seen], exceptions: int) -> Check:
    """How many things were checked: each passed, is not due yet, or was flagged."""
    flagged = sum(any(_weighs(rule, sign) for sign in thing.signs) for thing in seen)
    waiting = sum(not thing.due for thing in seen)
    return Check(
        rule=rule.id,
        title=rule.title,
        kind=rule.kind,
        checked=len(seen),
        passed=len(seen) - flagged - waiting,
        flagged=flagged,
        waiting=waiting,
        exceptions=exceptions,
        execution=rule.execution,
    )


def _weighs(rule: Rule, sign: Sign) -> bool:
    case = rule.cases.get(sign.case)
    return case is not None and case.severity != "remark"


def _finding(rule: Rule, case: Case, sign: Sign) -> Finding:
    if case.severity == "remark":
        raise ValueError("a remark is no finding")
    text = _words(case, sign)
    told = (rule.id, sign.case, sign.subject, text, sign.time, sign.events)
    return Finding(
        severity=case.severity,
        kind=rule.kind,
        subject=sign.subject,
        text=text,
        time=sign.time,
        id=f"EX-{hashlib.sha256(canonical(told)).hexdigest()[:_NAME]}",
        rule=rule.id,
        group=case.group,
        events=sign.events,
        execution=rule.execution,
    )


def _words(case: Case, sign: Sign) -> str:
    """The words of the case, filled; one full stop at the end, also where a quoted text brought its own."""
    return case.words.format_map(sign.fills).rstrip(".") + "."
