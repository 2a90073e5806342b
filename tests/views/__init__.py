"""Tests of riskmodel/views."""
