"""What client developers do: generate a client from the document, and use it."""
