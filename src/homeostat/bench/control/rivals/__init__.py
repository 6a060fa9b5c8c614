"""The rivals: do-mpc as released, CasADi's SQP in the form found quickest, and IPOPT as the oracle.

Each is built from a task through its public interface; none takes a short cut that its users would not.
"""
