"""Validation: every requirement with the checks that prove it on the installed system, and the report of a run.

requirements.json -> checks (`checks/`, one file an area, see `proves`) -> results -> trace matrix, signed report
"""
