"""Grounds of a release told by hand, for scenes about who may let a product go: results that conform, or do not."""

from typing import Literal

from homeostat.quality.release import Certificate, Grounds, Result, Status
from homeostat.quality.release.certificate import Pending

BATCH = "B0001"


def told(
    value: float = 90.0,
    *,
    exceptional: bool = False,
    pending: tuple[str, ...] = (),
    site: Literal["training", "gmp"] = "gmp",
    **facts: object,
) -> Grounds:
    """A finished, reviewed batch with one attribute of at least 70 %; `facts` change its grounds."""
    certificate = Certificate(
        batch=BATCH,
        patient="P-0815",
        process="scene",
        version="1.0.0",
        process_hash="0" * 64,
        approval="approved",
        site=site,
        decision="simple",
        confidence=0.95,
        results=(_result(value),),
        pending=tuple(
            Pending(test=one, title=one, due=336.0, action="tell the physician") for one in pending
        ),
        exceptional=exceptional,
        review="1" * 64,
        deviations=(),
        evidence="2" * 64,
    )
    ready: dict[str, object] = {"state": "complete", "finished": True, "status": Status()}
    return Grounds(**(ready | {"certificate": certificate} | facts))  # type: ignore[arg-type]


def _result(value: float) -> Result:
    return Result(
        attribute="viability",
        title="Viability",
        unit="%",
        low=70.0,
        high=None,
        source="assay",
        method="dye exclusion",
        sample="S001",
        value=value,
        uncertainty=1.0,
        probability=1.0,
        interval=None,
        model="",
        conformity="conforms" if value >= 70.0 else "does not conform",
        words="as measured",
    )
