"""Tests of riskmodel/inputs."""
