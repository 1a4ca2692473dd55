"""Versions, differences, deleting, restoring and merging."""
