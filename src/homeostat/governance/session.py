"""A session: a person who has identified themselves, and until when that may be relied on."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Session:
    """Who acts. `person` is the account's id, `name` as printed, `roles` those held when the session began.

    `token` names the session (not a secret in itself), `training` says that the account is a demonstration identity.
    """

    person: str
    name: str
    roles: tuple[str, ...]
    token: str
    training: bool = False
