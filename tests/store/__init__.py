"""Tests of riskmodel/store."""
