"""Monitoring: readings in, verdicts out.

First form: limit alarms on critical process parameters and on the health of sensors, with delay and deadband
(ISA-18.2). Every function takes its state and the newest reading and returns the next state; nothing here knows the
clock, the stores or the equipment.
"""

from homeostat.monitoring.limits import QUIET, AlarmState, Limit, Priority, Transition, watch

__all__ = ["QUIET", "AlarmState", "Limit", "Priority", "Transition", "watch"]
