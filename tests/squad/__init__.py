"""Tests of riskmodel/squad."""
