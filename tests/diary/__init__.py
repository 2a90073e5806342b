"""Tests of riskmodel/diary."""
