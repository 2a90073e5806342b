"""Hourly weather: where it comes from, and what a session meets of it."""
