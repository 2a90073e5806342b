"""The whole score a second time, as SQL: an independent opinion on the engine."""
