"""Judging signatures: is each still what it was, about what stands now?

ledger, subject, content -> every signature about it: valid, superseded or invalid, and why in words
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from homeostat.errors import LedgerError
from homeostat.governance.known import accounts
from homeostat.governance.people.proving import answer_fault
from homeostat.governance.signing.entitling import unentitled
from homeostat.governance.signing.statement import statement
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import Meaning, RecordSigned, SecurityKeyUsed, payload
from homeostat.ledger.chain import GENESIS
from homeostat.ledger.identity.accounts import Key
from homeostat.ledger.identity.personal import public_key

State = Literal["valid", "superseded", "invalid"]
SIGNED = (RecordSigned.type,)


@dataclass(frozen=True, slots=True)
class Standing:
    """A signature as it stands: who (account, printed name, roles then), what it means, when (ISO with offset), why.

    `state` is "valid", "superseded" (what was signed has changed since) or "invalid" (copied, forged, made with a key
    that was not good any more, or by somebody without the role for it); `words` says so in a sentence. `event` is the
    id of its event, `seq` its place. One that is not `entitled` was really given, here and over these words, by
    somebody whose role does not carry it: it counts for nothing, and nothing was altered.
    """

    event: str
    seq: int
    person: str
    name: str
    roles: tuple[str, ...]
    meaning: Meaning
    when: str
    why: str
    state: State
    words: str
    signed: RecordSigned
    entitled: bool = True

    @property
    def line(self) -> str:
        """The signature as it is printed: name, meaning, time (21 CFR 11.50(a)), and what is wrong with it if so."""
        said = f"{self.name} ({self.person}), {self.meaning}, {self.when}"
        return said if self.state == "valid" else f"{said}: {self.state.upper()}, {self.words}"


def signatures(ledger: Ledger, kind: str, id: str, content: bytes | None = None) -> tuple[Standing, ...]:
    """Every signature about a subject, in the order of the ledger, judged by the `content` it has now.

    Without `content` only their genuineness is judged: none is called superseded.
    """
    judge = Judge(ledger)
    found = (one for one in ledger.events(types=SIGNED) if _about(one, kind, id))
    return tuple(judge.standing(one, content) for one in found)


def _about(recorded: Recorded, kind: str, id: str) -> bool:
    return (recorded.event.data.get("kind"), recorded.event.data.get("subject")) == (kind, id)


def not_entitled(ledger: Ledger, batch: str) -> tuple[Standing, ...]:
    """The signatures of a batch that were really given, by somebody whose role does not carry them.

    What cannot be read is no signature; `verify` tells it.
    """
    judge, found = Judge(ledger), list[Standing]()
    for one in ledger.events(types=SIGNED, batch=batch):
        with suppress(LedgerError):
            found.append(judge.standing(one, None))
    return tuple(one for one in found if not one.entitled)


class Judge:
    """Judges signatures of one ledger; who has which key is looked up once."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._accounts = accounts(ledger)

    @cached_property
    def _answers(self) -> Mapping[str, Recorded]:
        """What security keys have answered, by event."""
        return {one.event.id: one for one in self._ledger.events(batch="", types=(SecurityKeyUsed.type,))}

    @cached_property
    def _naming(self) -> Mapping[str, Sequence[Recorded]]:
        """The signatures that name an answer, in order, by answer."""
        found = defaultdict[str, list[Recorded]](list)
        for one in self._ledger.events(types=SIGNED):
            found[str(one.event.data.get("answer", ""))].append(one)
        return found

    def all(self, batch: str | None = None) -> Iterator[Standing]:
        """Every signature at the site, or of one batch, judged as to whether it is genuine."""
        return (self.standing(one, None) for one in self._ledger.events(types=SIGNED, batch=batch))

    def named(self, event: str) -> Standing | None:
        """The signature with this event id; None where there is none."""
        found = (one for one in self._ledger.events(types=SIGNED) if one.event.id == event)
        return next((self.standing(one, None) for one in found), None)

    def standing(self, recorded: Recorded, content: bytes | None) -> Standing:
        """How a signature event stands. Raises LedgerError where its payload is none of a signature."""
        signed = _signed(recorded)
        fault = self._fault(recorded, signed)
        account = self._accounts.get(signed.account)
        lacking = unentitled(account, signed, recorded.seq) if account and not fault else ""
        state, words = _invalid(fault or lacking) or _compared(signed, content)
        return Standing(
            event=recorded.event.id,
            seq=recorded.seq,
            person=signed.account,
            name=signed.name,
            roles=signed.roles,
            meaning=signed.meaning,
            when=signed.at,
            why=signed.why,
            state=state,
            words=words,
            signed=signed,
            entitled=not lacking,
        )

    def _fault(self, recorded: Recorded, signed: RecordSigned) -> str:
        """Why a signature is none of its signer's, or not where it stands; empty where it is genuine."""
        event = recorded.event
        if (event.batch, event.actor) != (signed.batch, signed.account):
            given = f"batch {signed.batch}" if signed.batch else "the site"
            return f"it was given by {signed.account} for {given} and was copied to where it stands"
        account = self._accounts.get(signed.account)
        key = next((one for one in account.keys if one.fingerprint == signed.key), None) if account else None
        if key is None:
            return f"its key is none of {signed.account}'s"
        if not _holds(key, signed.signature, statement(event.id, event.data)):
            return "it does not sign these words: it was copied from another record, or forged"
        if not key.held(recorded.seq):
            return "its key was not in force when it was given: it had been revoked or replaced"
        if not self._in_place(recorded.seq, signed):
            return "the record that it was given in is not the one before it"
        return self._unanswered(recorded, signed) if signed.answer else ""

    def _unanswered(self, recorded: Recorded, signed: RecordSigned) -> str:
        """Why the security key's answer that a signature names is none for it."""
        answer, account = self._answers.get(signed.answer), self._accounts.get(signed.account)
        if answer is None or account is None:
            return "the answer of a security key that it names is not on record"
        asked = _answer(answer).asked
        said = (asked.account, asked.at, asked.kind, asked.subject, asked.meaning, asked.sha256)
        meant = (signed.account, "signing", signed.kind, signed.subject, signed.meaning, signed.sha256)
        if said != meant:
            return "the security key was asked about something else"
        fault = answer_fault(account, answer)
        if fault:
            return f"the security key did not answer for it: {fault}"
        if answer.seq > recorded.seq:
            return "the security key answered after it was given"
        served = self._served(recorded, signed.answer)
        return f"the security key's answer had served for the signature {served} before" if served else ""

    def _served(self, recorded: Recorded, answer: str) -> str:
        """The genuine signature before this one that names the same answer; "" where there is none."""
        for one in self._naming[answer]:
            if one.seq >= recorded.seq:
                break
            with suppress(LedgerError):
                if not self._fault(one, _signed(one)):
                    return one.event.id
        return ""

    def _in_place(self, seq: int, signed: RecordSigned) -> bool:
        """Whether the ledger at the place of signing is the one that was signed over."""
        if not 0 <= signed.place < seq:
            return False
        if signed.place == 0:
            return signed.chain == GENESIS.hex()
        last = next(self._ledger.stored(after=signed.place - 1), None)
        return last is not None and last.hash.hex() == signed.chain


def _signed(recorded: Recorded) -> RecordSigned:
    signed = payload(recorded.event.type, recorded.event.data)
    if not isinstance(signed, RecordSigned):
        raise LedgerError("this event is no signature", where=f"event {recorded.event.id}")
    return signed


def _answer(recorded: Recorded) -> SecurityKeyUsed:
    used = payload(recorded.event.type, recorded.event.data)
    if not isinstance(used, SecurityKeyUsed):
        raise LedgerError("this event is no answer of a security key", where=f"event {recorded.event.id}")
    return used


def _invalid(fault: str) -> tuple[State, str] | None:
    return ("invalid", fault) if fault else None


def _compared(signed: RecordSigned, content: bytes | None) -> tuple[State, str]:
    if content is None or hashlib.sha256(content).hexdigest() == signed.sha256:
        return "valid", "it stands as it was given"
    return "superseded", "what was signed has changed since"


def _holds(key: Key, signature: str, message: bytes) -> bool:
    """Whether a signature (hex) was made with `key`; a text that is not hexadecimal signs nothing."""
    try:
        return public_key(key.public).verifies(message, bytes.fromhex(signature))
    except ValueError:
        return False
