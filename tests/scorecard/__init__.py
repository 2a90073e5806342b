"""Tests of riskmodel/scorecard."""
