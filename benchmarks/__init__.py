"""Benchmarks: one table of ratios, by ``python -m benchmarks``."""

import os

# Before NumPy is loaded: one thread only.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
# And no huge pages, which a shared virtual machine hands out so slowly that the widest
# frames would measure its memory.
os.environ["NUMPY_MADVISE_HUGEPAGE"] = "0"
