"""Offline: synthetic scenarios, simulators, the calibration and its checks."""
