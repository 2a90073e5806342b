"""The command line, as ``python -m riskmodel``."""

from riskmodel.cli import run

if __name__ == "__main__":
    run("python -m riskmodel")
