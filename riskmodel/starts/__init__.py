"""Possible starts of a session, their scores and the best of them."""
