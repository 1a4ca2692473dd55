"""Requests nobody thought of: from the document, and from bare bytes."""
