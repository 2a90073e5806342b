"""Mutants of files and random answers, and what counts as a fault of the reader."""
