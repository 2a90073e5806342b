"""Tests of riskmodel/whatif."""
