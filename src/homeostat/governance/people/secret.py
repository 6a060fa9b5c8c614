"""What only the person knows or holds, as they give it."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Secret:
    """A password, and the code of the second factor where one is enrolled. Never printed."""

    password: str = field(repr=False)
    code: str = field(default="", repr=False)
