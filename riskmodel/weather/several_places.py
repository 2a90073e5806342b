"""Files of several places: which of them is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from riskmodel.weather.hours import WeatherError
from riskmodel.weather.open_meteo_answer import finite_number

_TOLD_PLACES = 6


class FilePlace(NamedTuple):
    """A place of a file that holds several."""

    location: int  # its number in the file
    latitude_deg: float
    longitude_deg: float
    time_zone: str

    @property
    def label(self) -> str:
        """Coordinates and time zone in one line."""
        return f"{self.latitude_deg:g}, {self.longitude_deg:g} ({self.time_zone})"


class SeveralPlacesError(WeatherError):
    """A file of several places, of which none was chosen or one that is not there.

    Attributes
    ----------
    places : tuple of FilePlace
        What can be chosen.
    """

    def __init__(self, places: tuple[FilePlace, ...]) -> None:
        self.places = places
        some = "; ".join(f"{p.location} is {p.label}" for p in places[:_TOLD_PLACES])
        more = f" and {len(places) - _TOLD_PLACES} more" * (len(places) > _TOLD_PLACES)
        super().__init__(
            f"The file holds {len(places)} places, and one of them must be chosen by its "
            f"number (location): {some}{more}."
        )


def chosen_place(places: Sequence[FilePlace], location: int | None) -> int:
    """Index of the place that is asked for, or of the only one.

    Raises
    ------
    SeveralPlacesError
        If there are several and none of them is asked for.
    WeatherError
        If there is only one, and another is asked for.
    """
    found = [n for n, of in enumerate(places) if of.location == location]
    if location is None and len(places) == 1:
        return 0
    if not found and len(places) == 1:
        (only,) = places
        raise WeatherError(
            f"The file holds no place {location} (location), but one alone: "
            f"{only.location} is {only.label}."
        )
    if len(found) != 1:
        raise SeveralPlacesError(tuple(places))
    return found[0]


def place_of_several(entries: Sequence[Any], location: int | None) -> Any:
    """The answer for one place of a list of answers, see `chosen_place`."""
    if not entries or not all(isinstance(entry, dict) for entry in entries):
        raise WeatherError("The weather is not readable: it is no single JSON object.")
    if location is None and len(entries) == 1:
        return entries[0]  # whatever is wrong with its place is told by its reader
    places = [
        FilePlace(
            n,
            finite_number(entry.get("latitude"), "latitude"),
            finite_number(entry.get("longitude"), "longitude"),
            str(entry.get("timezone")),
        )
        for n, entry in enumerate(entries)
    ]
    return entries[chosen_place(places, location)]
