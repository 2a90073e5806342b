"""What would change the answer: levers, comparisons, sweeps and named plans."""
