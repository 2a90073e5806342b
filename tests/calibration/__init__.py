"""Tests of riskmodel/calibration."""
