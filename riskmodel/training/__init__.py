"""Training logs that athletes already have: what they say about the last weeks."""
