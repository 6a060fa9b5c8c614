"""The stages of the scan: arrivals, signals, belief, cross-checks, alarms, outlook, models, loops, recipe.

Each takes the plan and the immutable state with what it needs of the scan's inputs, notes its decisions on the scan's
sheet and returns the next state. None knows the wall clock, the stores or the equipment, so the scan as a whole is a
pure function: the sheet lives no longer than one execution of it.
"""
