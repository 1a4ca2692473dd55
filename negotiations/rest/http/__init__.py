"""What every request meets: authentication, parsers, errors, limits, validators."""
