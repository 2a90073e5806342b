"""The command line, as ``python -m riskmodel``."""

from riskmodel.cli import app

if __name__ == "__main__":
    app(prog_name="python -m riskmodel")
