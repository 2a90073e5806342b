"""What a program opens to other machines, recorded and refused inside Python.

The file below stands first on the path of every Python process of the program, and hears
of each connection, datagram and look-up of a name before it is made.
"""

from pathlib import Path

RECORDER = """
import ipaddress
import os
import sys

ASKED = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
SENT = ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo")


def is_here(host):
    if host in (None, "", "localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def hear(event, arguments):
    if event in ASKED:
        host, port = arguments[0], arguments[1] if len(arguments) > 1 else 0
    elif event in SENT and isinstance(arguments[-1], tuple):
        host, port = arguments[-1][:2]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    with open(os.environ["CALLS"], "a") as calls:
        calls.write(f"{event} {host} {port}\\n")
    if not is_here(host) or port == 53:
        raise ConnectionRefusedError("no network here")


sys.addaudithook(hear)
"""


class Recorder:
    """A folder with the recorder, and what it has heard."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(RECORDER)
        self._calls = folder / "calls.txt"
        self._calls.touch()
        self.environment = {"PYTHONPATH": str(folder), "CALLS": str(self._calls)}

    def heard(self) -> list[tuple[str, str, str]]:
        """Every call, also those to this machine: what, to whom, at which port."""
        return [tuple(line.split(" ")) for line in self._calls.read_text().splitlines()]

    def outside(self) -> list[tuple[str, str, str]]:
        """Calls that would have left the machine."""
        here = ("127.0.0.1", "::1", "localhost", "None", "")
        return [call for call in self.heard() if call[1] not in here or call[2] == "53"]
