"""Records in words, for every page, picture, table, feed and calendar."""
