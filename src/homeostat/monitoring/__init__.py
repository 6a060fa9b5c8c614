"""Monitoring: readings in, verdicts out.

    signals   how far each reading can be believed
    alarms    limits, and the life of an alarm (ISA-18.2)
    panel     what is foreseen of each quality attribute, and the verdict on it

These are part of the scan: pure functions of state and input in plain arithmetic. What learns from tables and spectra
stands beside them and is imported only where it is used:

    frozen    pieces of models as plain numbers          latent      PCA, PLS, CVA and their statistics
    spectra   preprocessing, transfer, live spectra      batches     whole batches against good ones
    prediction  intervals, verdicts                      package     hashed, signed model files
    learning  from a table to a package
"""
