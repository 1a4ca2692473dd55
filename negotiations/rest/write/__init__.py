"""Writing records: create, update, delete, arrays and batches."""
