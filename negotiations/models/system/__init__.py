"""Tables that are not records: accounts, changes, search, locks."""
