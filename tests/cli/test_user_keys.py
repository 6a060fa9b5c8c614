"""`homeostat user key`: security keys by files, as from a browser elsewhere, and at a USB port by fido2."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fido2 import cbor
from fido2.ctap import CtapDevice
from fido2.hid import CAPABILITY, CtapHidDevice

from homeostat.governance.people import Question
from homeostat.validation.token import Token

from .conftest import ADA, MARIA, VERA, WHY, Call

pytestmark = pytest.mark.usefixtures("cheap")

AS = ("--as", "maria")


class Files:
    """A folder in which questions are left, and a browser elsewhere that answers them."""

    def __init__(self, folder: Path) -> None:
        self.token, self._folder, self._number = Token(), folder, 0
        self.question = folder / "question.json"

    def answered(self, token: Token | None = None) -> str:
        """The file of the answer to the question that was left."""
        asked = json.loads(self.question.read_text("utf-8"))
        self.question.unlink()
        self._number += 1
        file = self._folder / f"answer-{self._number}.json"
        question = Question(asked["ceremony"], asked["origin"], asked["publicKey"], "")
        file.write_text(json.dumps((token or self.token)(question)), "utf-8")
        return str(file)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "elsewhere").mkdir()
    return Files(tmp_path / "elsewhere")


@pytest.fixture
def twice(staffed: Path, type_: Any, files: Files) -> Callable[..., Any]:
    """Types a command that leaves a question, has it answered, and types it again."""

    def typed(*words: str, **environment: str) -> Any:
        left = type_(staffed, *words, fails=True, KEY_QUESTION=str(files.question), **environment)
        assert "a security key has to answer" in left
        return type_(staffed, *words, KEY_ANSWER=files.answered(), **environment)

    return typed


def test_a_key_that_is_plugged_in_elsewhere(
    staffed: Path,
    type_: Any,
    twice: Callable[..., Any],
    files: Files,
    homeostat: Call,
) -> None:
    added = twice("key", "add", "blue key", *WHY, *AS, PASSWORD=MARIA)
    assert (added["second_factor"], added["security_keys"]) == (True, ["blue key"])
    held = twice("login", "maria", PASSWORD=MARIA)["session"]
    session = {"SESSION": held, "PASSWORD": MARIA}
    assert twice("key", "test", *WHY, **session)["security_keys"] == ["blue key"]
    left = type_(staffed, "key", "add", "red", *WHY, fails=True, KEY_QUESTION=str(files.question), **session)
    assert "register it for maria" in left
    red = Token()
    first = files.answered(red)
    left = type_(
        staffed,
        *("key", "add", "red", *WHY),
        fails=True,
        KEY_ANSWER=first,
        KEY_QUESTION=str(files.question),
        **session,
    )
    assert "maria, password" in left  # a second key takes the first
    both = os.pathsep.join((first, files.answered()))
    assert type_(staffed, "key", "add", "red", *WHY, KEY_ANSWER=both, **session)["security_keys"][1] == "red"
    listed = type_(staffed, "key", "list", "maria")
    assert listed["party"] == {"id": "homeostat.local", "origin": "https://homeostat.local"}
    assert [(one["account"], one["name"], one["counter"]) for one in listed["keys"]] == [
        ("maria", "blue key", 4),
        ("maria", "red", 1),
    ]
    shown = homeostat("user", "key", "list", "--site", staffed).stdout
    assert "blue key" in shown
    assert "They answer for homeostat.local" in shown
    gone = type_(staffed, "key", "remove", "red", "--of", "maria", *WHY, "--as", "ada", PASSWORD=ADA)
    assert gone["security_keys"] == ["blue key"]
    assert homeostat("verify", "--site", staffed).returncode == 0


def test_whom_keys_answer_for_is_set_before_the_first(
    staffed: Path,
    type_: Any,
    twice: Callable[..., Any],
) -> None:
    setting = ("key", "party", "cells.example", *WHY, "--as", "ada")
    assert "ask administrator" in type_(staffed, *setting[:-1], "vera", fails=True, PASSWORD=VERA)
    party = {"id": "cells.example", "origin": "https://cells.example"}
    assert type_(staffed, *setting, PASSWORD=ADA) == party
    twice("key", "add", "blue key", *WHY, *AS, PASSWORD=MARIA)
    assert type_(staffed, "key", "list")["keys"][0]["party"] == "cells.example"
    assert "first remove" in type_(
        staffed, "key", "party", "other.example", *WHY, "--as", "ada", fails=True, PASSWORD=ADA
    )


def test_files_that_hold_no_answer_are_told(
    staffed: Path,
    type_: Any,
    tmp_path: Path,
) -> None:
    add = ("key", "add", "x", *WHY, *AS)
    (tmp_path / "list.json").write_text("[]", "utf-8")
    for name, words in (("none.json", "cannot be read"), ("list.json", "holds no answer")):
        told = type_(staffed, *add, fails=True, PASSWORD=MARIA, KEY_ANSWER=str(tmp_path / name))
        assert words in told
    told = type_(staffed, *add, fails=True, PASSWORD=MARIA, KEY_QUESTION=str(tmp_path / "no" / "q.json"))
    assert "cannot be written" in told


class Plugged(CtapDevice):
    """A key at a USB port that speaks CTAP 2.0 and verifies its person by a finger: `Token` behind the wire."""

    def __init__(self, token: Token) -> None:
        self._token, self.verifies = token, True

    @property
    def capabilities(self) -> int:
        return int(CAPABILITY.CBOR)

    def call(self, cmd: int, data: bytes = b"", event: Any = None, on_keepalive: Any = None) -> bytes:
        said: Any = cbor.decode(data[1:]) if data[1:] else {}
        if data[0] == 0x04:  # authenticatorGetInfo
            options = {"up": True, "uv": True} if self.verifies else {"up": True}
            return self._told({1: ["FIDO_2_0"], 3: bytes(16), 4: options, 6: [1]})
        if data[0] == 0x01 or said.get(5, {}).get("up", True):
            self._token.counter += 1
            on_keepalive(2)  # waits for a touch
        if data[0] == 0x01:  # authenticatorMakeCredential
            return self._told({1: "none", 2: self._token.attested(said[2]["id"]), 3: {}})
        mine = {"id": self._token.credential, "type": "public-key"}
        if mine not in said[3]:
            return b"\x2e"  # CTAP2_ERR_NO_CREDENTIALS
        head = self._token.head(said[1], self._token.flags)
        return self._told({1: mine, 2: head, 3: self._token.sign(head + said[2])})

    def _told(self, content: Any) -> bytes:
        return b"\0" + cbor.encode(content)

    @classmethod
    def list_devices(cls) -> Iterator[CtapDevice]:
        raise NotImplementedError


@pytest.fixture
def usb(monkeypatch: pytest.MonkeyPatch) -> list[CtapDevice]:
    """What is plugged in."""
    there: list[CtapDevice] = []
    monkeypatch.setattr(CtapHidDevice, "list_devices", lambda: iter(there))
    return there


def test_a_key_at_a_usb_port_through_the_client_of_fido2(
    staffed: Path,
    type_: Any,
    homeostat: Call,
    usb: list[CtapDevice],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add = ("key", "add", "blue key", *WHY, *AS)
    assert "no security key at this machine" in type_(staffed, *add, fails=True, PASSWORD=MARIA)
    usb.append(Plugged(Token()))
    assert type_(staffed, *add, PASSWORD=MARIA)["security_keys"] == ["blue key"]
    monkeypatch.setenv("HOMEOSTAT_PASSWORD", MARIA)
    accepted = homeostat("user", "accept", "--as", "maria", "--site", staffed)
    assert accepted.returncode == 0
    assert accepted.stderr.splitlines() == [
        "maria, login",
        "touch the security key",
        "maria, signing",
        "touch the security key",
    ]
    mine = usb[0]
    usb[0] = Plugged(Token())
    type_(staffed, "key", "add", "hers", *WHY, "--as", "vera", PASSWORD=VERA)
    review = type_(staffed, "review", "--sign", *WHY, "--as", "vera", PASSWORD=VERA)
    assert review["signature"]["answer"].startswith("security-key/")  # about the very report that was shown
    assert homeostat("verify", "--site", staffed).returncode == 0
    told = homeostat("user", "accept", "--as", "maria", "--site", staffed)
    assert (told.returncode, "use another" in told.stderr) == (2, True)
    other = Plugged(Token())
    other.verifies = False
    usb[0] = other
    told = homeostat("user", "accept", "--as", "maria", "--site", staffed)
    assert (told.returncode, "give the key a PIN first" in told.stderr) == (2, True)
    usb[0] = mine
    assert homeostat("user", "accept", "--as", "maria", "--site", staffed).returncode == 0


def test_without_the_library_it_says_how_to_have_it(
    staffed: Path,
    type_: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in ("fido2.client", "fido2.webauthn"):
        monkeypatch.setitem(sys.modules, module, None)
        told = type_(staffed, "key", "add", "blue key", *WHY, *AS, fails=True, PASSWORD=MARIA)
        assert "pip install 'homeostat[webauthn]'" in told
