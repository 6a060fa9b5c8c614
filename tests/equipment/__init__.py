"""Tests of the equipment room."""
