"""What only the person knows or holds, as they give it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Question:
    """What a security key is to be asked, at the site's `origin`.

    `options` are those of `navigator.credentials.create` or `.get` as JSON, which a browser reads by
    `PublicKeyCredential.parseCreationOptionsFromJSON` or `.parseRequestOptionsFromJSON`. `words` tell the person.
    """

    ceremony: Literal["create", "get"]
    origin: str
    options: Mapping[str, Any]
    words: str


Response: TypeAlias = Mapping[str, Any]
"""What a security key has answered: the credential's `toJSON()` in a browser."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, and by what else a person identifies themselves where a second factor is enrolled. Never printed.

    `code` is what a device shows. A security key's `answer` is to a question that was asked before (`ask_login`,
    `ask_signing`); where the key is at hand, `ask` puts each question to it at the moment it comes up.
    """

    password: str = field(repr=False)
    code: str = field(default="", repr=False)
    answer: Response | None = field(default=None, repr=False)
    ask: Callable[[Question], Response] | None = field(default=None, repr=False)
