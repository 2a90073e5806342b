"""What came of sessions, beside what was expected of them."""
