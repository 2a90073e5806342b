"""An export of Apple Health of a gigabyte, against a parser that keeps nothing of it."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from xml.parsers import expat

from benchmarks.measuring import (
    Figures,
    children_seconds,
    cpu_seconds,
    print_figures,
    scaled,
)

SIZE_BYTES = max(scaled(1_000_000_000), 5_000_000)
RECORD = (
    b'<Record type="HKQuantityTypeIdentifierHeartRate" sourceName="Watch" unit="count/min" '
    b'creationDate="2026-01-01 00:00:00 +0100" startDate="2026-01-01 00:00:00 +0100" '
    b'endDate="2026-01-01 00:00:00 +0100" value="60"/>\n'
)
WORKOUT = (
    b'<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="42" '
    b'durationUnit="min" startDate="2026-%02d-%02d 10:00:00 +0100"/>\n'
)
# A fresh interpreter, so that the memory it takes is its own.
READ = """
import sys
from pathlib import Path
from benchmarks.measuring import peak_bytes
from riskmodel.training.log_file import read_log
import defusedxml.ElementTree
before = peak_bytes()
read_log(Path(sys.argv[1]))
print(peak_bytes() - before)
"""


def write_export(path):
    """Write an archive with a list of heart rates and a workout on some of the days."""
    block = RECORD * 5000
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("apple_health_export/export.xml", "w", force_zip64=True) as export,
    ):
        export.write(
            b'<?xml version="1.0" encoding="UTF-8"?>\n<HealthData locale="de_DE">\n'
        )
        for place in range(SIZE_BYTES // len(block)):
            export.write(block)
            export.write(WORKOUT % (place % 12 + 1, place % 28 + 1))
        export.write(b"</HealthData>")


def parse(path):
    """Let the parser of Python's own XML go through the one file, and keep nothing."""
    with zipfile.ZipFile(path) as archive, archive.open(archive.infolist()[0]) as export:
        expat.ParserCreate().ParseFile(export)


def archives() -> Figures:
    """Cpu time of reading against parsing, and the memory against 100 MB."""
    grown_bytes = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "export.zip")
        write_export(path)
        command = [sys.executable, "-c", READ, str(path)]

        def read():
            told = subprocess.run(command, check=True, capture_output=True).stdout
            grown_bytes.append(int(told))

        ours = 1 / cpu_seconds({"read": read}, clock=children_seconds)["read"]
        alone = 1 / cpu_seconds({"parse": lambda: parse(path)})["parse"]
    size = f"{SIZE_BYTES / 1e9:g} GB of Apple Health"
    yield f"{size}, with imports / expat alone", ours, alone, 1.0
    yield f"100 MB / memory that {size} takes", 100e6, max(grown_bytes[0], 1), 1.0


FIGURES = (archives,)

if __name__ == "__main__":
    print_figures(FIGURES, rounds=1)
