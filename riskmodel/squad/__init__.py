"""A coach's list: its columns, its cells, and everybody's score under one plan."""
