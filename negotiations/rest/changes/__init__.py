"""What changed: the feed, versions and their differences."""
