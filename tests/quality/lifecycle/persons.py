"""Who is who at the site of these tests, and what each role permits: written down again from the documentation.

The tables stand in docs/gmp-site.md and docs/release.md in words. They are not taken from the code, which they judge.
"""

from collections.abc import Mapping

PERSONS: Mapping[str, tuple[str, ...]] = {
    "ada": ("administrator",),
    "vera": ("quality assurance",),
    "quinn": ("quality assurance",),
    "kara": ("quality assurance",),  # an operator when the first batch was made: she started it
    "nora": ("quality assurance",),  # whose training nobody has recorded
    "olga": ("operator",),
    "omar": ("operator",),
    "sven": ("supervisor",),
    "theo": ("process scientist",),
    "tess": ("process scientist", "quality assurance"),
    "pia": ("qualified person",),
    "paul": ("treating physician", "sponsor", "qualified person"),
    "phil": ("treating physician",),
    "sara": ("sponsor",),
}
UNTRAINED = "nora"

_QUALITY = ("quality assurance",)
_REVIEWERS = ("quality assurance", "qualified person")
_HANDS = ("operator", "supervisor")
MAY: Mapping[str, tuple[str, ...]] = {
    "record.review": _REVIEWERS,
    "deviation.open": (*_HANDS, "process scientist", *_REVIEWERS),
    "deviation.assess": ("supervisor", "process scientist", "quality assurance"),
    "deviation.close": _REVIEWERS,
    "batch.release": ("qualified person",),
    "release.request": ("treating physician",),
    "release.agree": ("sponsor",),
    "batch.start": _HANDS,
    "custody.transfer": _HANDS,
    "definition.author": ("process scientist",),
    "definition.review": ("process scientist", "quality assurance"),
    "definition.approve": _QUALITY,
    "definition.retire": _QUALITY,
}
"""Permission -> the roles that hold it."""
WITHOUT_TRAINING = ("deviation.open", "release.request", "release.agree")
"""What takes no qualification: to say that something is wrong, and the two who come from outside the site."""


def holds(person: str, permission: str) -> bool:
    """Whether a role of the person permits it."""
    return any(role in MAY[permission] for role in PERSONS[person])


def lacks(person: str, permission: str) -> str:
    """What keeps a person from using a permission: "role", "training", or nothing."""
    if not holds(person, permission):
        return "role"
    return "training" if person == UNTRAINED and permission not in WITHOUT_TRAINING else ""


def fit(permission: str) -> tuple[str, ...]:
    """Everybody who may."""
    return tuple(one for one in PERSONS if not lacks(one, permission))
