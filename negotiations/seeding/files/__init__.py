"""Reading YAML, JSON and source texts."""
