"""The weights: rows of a scorecard, its file, its points and its population."""
