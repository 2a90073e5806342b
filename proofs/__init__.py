"""Proofs that take minutes: mutants of files, many people at once, a pulled plug.

Each is bounded in count and time, starts what it needs on 127.0.0.1, and prints the table
that stands in docs/trust.md.
"""
