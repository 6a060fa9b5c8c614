"""The plants, none of which is ours: one file each with cited equations, and the control problem posed on it.

Every file has a `Model` and a `TASK`; solvers are built from the task alone.
"""
