"""Tests of riskmodel/weather."""
