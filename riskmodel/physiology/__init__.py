"""What weather, effort and training do to a body: pure functions on arrays."""
