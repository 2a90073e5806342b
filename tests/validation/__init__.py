"""Tests of what came of sessions, beside what was said of them."""
