"""Instruments and terminals: registered sources of data, with their calibration, cleaning and service."""

from typing import ClassVar, Literal

from homeostat.ledger.catalogue.base import Act, Payload, Role


class InstrumentRegistered(Act):
    """A source of data is known from now on; `kind` is such as "balance"; `calibrated`: it counts only while it is.

    `tags` are the readings that come from it.
    """

    type: ClassVar[str] = "instrument.registered"
    instrument: str
    kind: str
    title: str
    calibrated: bool
    tags: tuple[str, ...] = ()


class InstrumentCalibrated(Act):
    """An instrument was calibrated: whether it passed, by which certificate, and when it is due again (a stamp)."""

    type: ClassVar[str] = "instrument.calibrated"
    instrument: str
    passed: bool
    certificate: str
    due: str


class InstrumentServed(Act):
    """An instrument was cleaned, became unclean, went out of service or came back, or was retired for good."""

    type: ClassVar[str] = "instrument.served"
    instrument: str
    state: Literal["clean", "unclean", "out of service", "in service", "retired"]


class SourceJudged(Payload):
    """Why readings of `tag` do not count, by what is known of their instrument; empty: they do."""

    type: ClassVar[str] = "source.judged"
    role: ClassVar[Role] = "input"
    tag: str
    instrument: str
    reason: str
