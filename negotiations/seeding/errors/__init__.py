"""Errors of seed files: codes, places, suggestions."""
