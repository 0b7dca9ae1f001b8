"""Corrections to files that other programs read."""
