"""Which qualification stands before which permission: data, read by whoever permits an act."""

from collections.abc import Mapping

from homeostat.ledger.identity.roles import Permission

QUALIFICATIONS: Mapping[Permission, str] = {
    "batch.start": "execution",
    "batch.command": "execution",
    "step.perform": "execution",
    "step.verify": "execution",
    "entry.correct": "execution",
    "alarm.order": "execution",
    "control.order": "control",
    "material.receive": "materials",
    "material.release": "materials",
    "material.use": "materials",
    "equipment.status": "equipment",
    "identity.issue": "custody",
    "custody.transfer": "custody",
    "label.print": "custody",
    "definition.author": "quality",
    "definition.review": "quality",
    "definition.approve": "quality",
    "definition.retire": "quality",
    "deviation.assess": "quality",
    "deviation.close": "quality",
    "record.review": "quality",
    "batch.release": "quality",
    "model.approve": "quality",
    "audit.review": "quality",
}
"""What is not named needs none: to keep accounts and the site, to train others, to open a deviation, to ask for a
release from outside the site."""
