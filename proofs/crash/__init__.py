"""A pulled plug: what was confirmed is there afterwards, whatever happens meanwhile.

Programs that save are killed, the server with them; the power is cut between any two
writes; the disk is full or failing at each of them.
"""
