"""The pages of single records and of their lists."""
