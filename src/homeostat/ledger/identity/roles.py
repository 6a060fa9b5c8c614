"""Roles and what each may do: data, so that a site's authority can be read in one table."""

from collections.abc import Mapping
from typing import Literal, TypeAlias, get_args

RoleName: TypeAlias = Literal[
    "operator",
    "supervisor",
    "process scientist",
    "quality assurance",
    "qualified person",
    "administrator",
    "treating physician",
    "sponsor",
]
"""The first six work at the site; a physician and a sponsor only take part in an exceptional release."""

Permission: TypeAlias = Literal[
    "batch.start",
    "batch.command",
    "step.perform",
    "step.verify",
    "entry.correct",
    "alarm.order",
    "control.order",
    "definition.author",
    "definition.review",
    "definition.approve",
    "definition.retire",
    "material.receive",
    "material.release",
    "material.use",
    "equipment.status",
    "identity.issue",
    "custody.transfer",
    "label.print",
    "deviation.open",
    "deviation.assess",
    "deviation.close",
    "record.review",
    "batch.release",
    "release.request",
    "release.agree",
    "model.approve",
    "audit.review",
    "user.manage",
    "user.review",
    "user.agree",
    "user.train",
    "site.keep",
    "site.validate",
]

_EVERYBODY: tuple[Permission, ...] = ("deviation.open",)

GRANTS: Mapping[RoleName, frozenset[Permission]] = {
    "operator": frozenset(
        (
            *_EVERYBODY,
            "batch.start",
            "step.perform",
            "step.verify",
            "entry.correct",
            "alarm.order",
            "material.receive",
            "material.use",
            "equipment.status",
            "custody.transfer",
            "label.print",
        )
    ),
    "supervisor": frozenset(
        (
            *_EVERYBODY,
            "batch.start",
            "batch.command",
            "step.perform",
            "step.verify",
            "entry.correct",
            "alarm.order",
            "control.order",
            "material.receive",
            "material.use",
            "equipment.status",
            "identity.issue",
            "custody.transfer",
            "label.print",
            "deviation.assess",
            "user.train",
        )
    ),
    "process scientist": frozenset(
        (*_EVERYBODY, "control.order", "definition.author", "definition.review", "deviation.assess")
    ),
    "quality assurance": frozenset(
        (
            *_EVERYBODY,
            "definition.review",
            "definition.approve",
            "definition.retire",
            "material.release",
            "deviation.assess",
            "deviation.close",
            "record.review",
            "model.approve",
            "audit.review",
            "user.review",
            "user.agree",
            "user.train",
            "site.validate",
        )
    ),
    "qualified person": frozenset((*_EVERYBODY, "record.review", "batch.release", "deviation.close")),
    "administrator": frozenset(("user.manage", "user.review", "site.keep", "site.validate")),
    "treating physician": frozenset(("release.request",)),
    "sponsor": frozenset(("release.agree",)),
}
"""What each role may do. An administrator keeps accounts and the site, and can touch no record of a product."""


def permitted(roles: tuple[str, ...], permission: Permission) -> bool:
    """Whether any of `roles` holds `permission`; an unknown role holds none."""
    known = get_args(RoleName)
    return any(permission in GRANTS[role] for role in known if role in roles)
