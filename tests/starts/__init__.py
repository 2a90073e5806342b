"""Tests of riskmodel/starts."""
