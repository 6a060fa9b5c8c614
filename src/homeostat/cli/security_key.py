"""How a security key is asked on the command line: at a USB port, or by files where it is plugged in elsewhere.

    question -> key at a USB port (fido2) -> answer
    question -> HOMEOSTAT_KEY_QUESTION, the command ends -> a browser or another machine -> HOMEOSTAT_KEY_ANSWER

By files a question is answered for another process, so the command is typed twice; log in first (`user login`), for a
command with --as asks to log in and again to sign. Several files of answers are parted as in PATH.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from homeostat.cli.failures import say
from homeostat.errors import AuthorityError

if TYPE_CHECKING:
    from homeostat.governance.people import Question, Response

QUESTION, ANSWER = "HOMEOSTAT_KEY_QUESTION", "HOMEOSTAT_KEY_ANSWER"
_LARGEST = 65_536  # bytes of an answer


def asking() -> "Callable[[Question], Response]":
    """What puts questions to a security key in this process. Each answer that lies in a file is given once."""
    held = [Path(name) for name in os.environ.get(ANSWER, "").split(os.pathsep) if name]

    def ask(question: "Question") -> "Response":
        if held:
            return _answer(held.pop(0))
        if os.environ.get(QUESTION):
            raise _left(question, Path(os.environ[QUESTION]))
        return _at_usb(question)

    return ask


def _answer(file: Path) -> "Response":
    """What `toJSON()` of a browser's credential gave, from a file."""
    try:
        with file.open(encoding="utf-8") as stream:
            found: Any = json.loads(stream.read(_LARGEST))
    except (OSError, ValueError) as error:
        raise AuthorityError("the security key's answer cannot be read", where=str(file)) from error
    if not isinstance(found, dict):
        raise AuthorityError("the file holds no answer of a security key", where=str(file))
    return found


def _left(question: "Question", file: Path) -> AuthorityError:
    """The question is written into a file, for another machine; this command ends here."""
    try:
        told = {"origin": question.origin, "ceremony": question.ceremony, "publicKey": question.options}
        file.write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    except OSError as error:
        return AuthorityError(f"the question cannot be written: {error.strerror}", where=str(file))
    mend = f"answer it within 5 minutes, name the file of the answer in {ANSWER}, and type the command again"
    return AuthorityError(f"a security key has to answer: {question.words}", where=str(file), mend=mend)


def _at_usb(question: "Question") -> "Response":
    """The answer of the first security key at a USB port."""
    from homeostat.governance.people.fido import library

    fido, hid, web = (library(f"fido2.{name}") for name in ("client", "hid", "webauthn"))
    device = next(iter(hid.CtapHidDevice.list_devices()), None)
    if device is None:
        mend = f"plug it in, or name a file in {QUESTION} to have it asked elsewhere"
        raise AuthorityError("there is no security key at this machine", mend=mend)
    say(question.words)
    collector = fido.DefaultClientDataCollector(question.origin)
    client = fido.Fido2Client(device, collector, user_interaction=_person(fido))
    try:
        if question.ceremony == "create":
            given = client.make_credential(web.PublicKeyCredentialCreationOptions.from_dict(question.options))
        else:
            options = web.PublicKeyCredentialRequestOptions.from_dict(question.options)
            given = client.get_assertion(options).get_response(0)
    except (fido.ClientError, OSError, ValueError) as error:  # ValueError: a key of too old a protocol
        raise AuthorityError(f"the security key did not answer: {error}", mend=_mend(error)) from error
    plain: Mapping[str, Any] = json.loads(json.dumps(dict(given)))
    return plain


def _person(fido: Any) -> Any:
    """What is asked of the person while the key waits."""

    class Person(fido.UserInteraction):  # type: ignore[misc]  # the library is there or not
        def prompt_up(self) -> None:
            say("touch the security key")

        def request_pin(self, permissions: object, rp_id: str | None) -> str | None:
            if not sys.stdin.isatty():
                return None
            pin: str = typer.prompt("PIN of the security key", hide_input=True, err=True)
            return pin

    return Person()


def _mend(error: Exception) -> str:
    name = getattr(getattr(error, "code", None), "name", "")
    return {
        "CONFIGURATION_UNSUPPORTED": "give the key a PIN first, with the software of its maker",
        "DEVICE_INELIGIBLE": "this key was registered already, or never: use another",
        "TIMEOUT": "touch it sooner",
        "BAD_REQUEST": "type its PIN at a terminal, and mind what it is",
    }.get(name, "take it out, plug it in, and try again")
