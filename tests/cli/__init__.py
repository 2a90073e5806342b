"""Tests of riskmodel/cli."""
