"""One engine: from answers to points, a probability with its range, and guards."""
