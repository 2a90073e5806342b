"""Tests of riskmodel/training."""
