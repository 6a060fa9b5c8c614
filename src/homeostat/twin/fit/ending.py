"""What can be done about a simulation that ended early; `twin.engine.status` has the words for how it ended."""

MEND = (
    "narrow the bounds of what is learnt to values that can be simulated, and check initial states and inputs"
)
