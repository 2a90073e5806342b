"""A weather service on this machine that speaks Open-Meteo's protocol, faults included."""

import json
import math
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pandas as pd

UNITS = {
    "time": "unixtime",
    "temperature_2m": "°C",
    "relative_humidity_2m": "%",
    "wind_speed_10m": "m/s",
    "shortwave_radiation": "W/m²",
    "direct_radiation": "W/m²",
    "cloud_cover": "%",
    "surface_pressure": "hPa",
}
OLD_NAMES = {
    "relative_humidity_2m": "relativehumidity_2m",
    "wind_speed_10m": "windspeed_10m",
    "cloud_cover": "cloudcover",
}
PLACES = [
    {
        "id": 2761369,
        "name": "Vienna",
        "latitude": 48.20849,
        "longitude": 16.37208,
        "timezone": "Europe/Vienna",
        "country": "Austria",
        "admin1": "Vienna",
        "population": 1691468,
    },
    # Empty fields are left out.
    {
        "id": 1,
        "name": "Vienna",
        "latitude": 38.90122,
        "longitude": -77.26526,
        "timezone": "America/New_York",
        "country": "United States",
    },
]


def answer(
    first_utc: Any, n_hours: int, zone: str, latitude: float, longitude: float
) -> dict[str, Any]:
    """A forecast whose radiation at each label is that of the hour before.

    As in the real service the values are those of full hours of UTC, also where a zone
    off the full hour makes labels that are none.
    """
    start = int(pd.Timestamp(first_utc, tz="UTC").timestamp())
    times = [start + 3600 * n for n in range(n_hours)]
    offset = pd.Timestamp(start, unit="s", tz="UTC").tz_convert(ZoneInfo(zone)).utcoffset()
    beyond = offset.total_seconds() - math.trunc(offset.total_seconds() / 3600) * 3600
    hours = [(t + beyond) / 3600 + longitude / 15 for t in times]
    light = [max(0.0, -math.cos((h - 0.5) / 24 * 2 * math.pi)) for h in hours]
    return {
        "latitude": latitude + 0.01,
        "longitude": longitude - 0.01,
        "generationtime_ms": 0.2,
        "utc_offset_seconds": int(offset.total_seconds()),
        "timezone": zone,
        "timezone_abbreviation": "XYZ",
        "elevation": 171.0,
        "hourly_units": dict(UNITS),
        "hourly": {
            "time": times,
            "temperature_2m": [
                round(24 - 7 * math.cos((h - 3) / 24 * 2 * math.pi), 1) for h in hours
            ],
            "relative_humidity_2m": [
                round(55 + 20 * math.cos((h - 3) / 24 * 2 * math.pi)) for h in hours
            ],
            "wind_speed_10m": [2.5] * n_hours,
            "shortwave_radiation": [round(800 * x, 1) for x in light],
            "direct_radiation": [round(500 * x, 1) for x in light],
            "cloud_cover": [30] * n_hours,
            "surface_pressure": [992.1] * n_hours,
        },
    }


@dataclass
class Service:
    """What the service does next, and what it was asked."""

    url: str = ""
    log: list[tuple[str, dict[str, str], dict[str, str]]] = field(default_factory=list)
    faults: list[Any] = field(default_factory=list)  # for the next requests, then none
    change: Any = None  # of a forecast, before it is sent
    delay_s: float = 0.0
    zone: str = "Europe/Vienna"
    places: Any = None

    def reply(self, path: str, asked: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        time.sleep(self.delay_s)
        if self.faults:
            return self.faults.pop(0)
        if path == "/v1/search":
            found = PLACES if self.places is None else self.places
            body = {"results": found} if found else {"generationtime_ms": 0.3}
            return 200, {}, json.dumps(body).encode()
        # Without a time zone the service takes that of Greenwich.
        name = {"auto": self.zone, "": "GMT"}.get(asked.get("timezone", ""), "GMT")
        zone = ZoneInfo(name)
        today = pd.Timestamp.now(zone).normalize().tz_localize(None)
        days = int(asked.get("forecast_days", 7))
        ends = [
            (today + pd.Timedelta(n, "D")).tz_localize(zone).tz_convert("UTC")
            for n in (-int(asked.get("past_days", 0)), days)
        ]
        n_hours = round((ends[1] - ends[0]) / pd.Timedelta(1, "h"))
        made = answer(
            ends[0].tz_localize(None),
            n_hours,
            name,
            float(asked["latitude"]),
            float(asked["longitude"]),
        )
        if self.change is not None and "past_days" in asked:
            made = self.change(made)
        body = made if isinstance(made, bytes) else json.dumps(made).encode()
        return 200, {}, body


class _LongAddresses(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@contextmanager
def weather_service(address: str = "127.0.0.1") -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            asked = {k: v[0] for k, v in parse_qs(parts.query).items()}
            service.log.append((parts.path, asked, dict(self.headers)))
            status, headers, body = service.reply(parts.path, asked)
            try:
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if "Content-Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_: Any) -> None:
            pass

    is_long = ":" in address
    server = (_LongAddresses if is_long else ThreadingHTTPServer)((address, 0), Handler)
    host = f"[{address}]" if is_long else address
    service.url = f"http://{host}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
