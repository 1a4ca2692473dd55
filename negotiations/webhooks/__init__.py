"""Telling client apps of changes: Standard Webhooks 1.0 over the feed."""
