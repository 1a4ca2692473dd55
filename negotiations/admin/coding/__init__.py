"""The coding desk: a source on the left, a short form on the right, words selected, not typed."""
