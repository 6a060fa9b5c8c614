"""Homeostat, the open autopilot for living medicines.

Two walls carry the house: the *process* (`homeostat.process`) declares what should happen, the *ledger*
(`homeostat.ledger`) keeps what did happen. Between them the twin predicts, monitoring compares, control acts,
equipment obeys, execution runs the one deterministic scan, and quality projects the record.
"""

__version__ = "0.1.0"
