"""The stages of the scan, in their order: arrivals, belief, alarms, loops, recipe.

Each is a function (plan, state, inputs, sheet) -> state: it reads the plan and the inputs, notes its decisions on the
sheet and returns the next state. None knows the wall clock, the stores or the equipment.
"""
