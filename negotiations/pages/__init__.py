"""What people look at: server-made pages that need no script."""
