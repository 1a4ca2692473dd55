"""The review queue and its decisions."""
