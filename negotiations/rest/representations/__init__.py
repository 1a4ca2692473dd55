"""The plain form of a record, shared by the API, tables and seeds."""
