"""Tests of riskmodel/physiology."""
