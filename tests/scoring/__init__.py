"""Tests of riskmodel/scoring."""
