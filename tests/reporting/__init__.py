"""Tests of riskmodel/reporting."""
