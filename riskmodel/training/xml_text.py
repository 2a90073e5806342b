"""XML of sports programs, without whatever in it could do harm, and the numbers in it."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from riskmodel.inputs.installing import how_to_install
from riskmodel.training.log import TrainingLogError

DAMAGED = (ParseError, ValueError, LookupError)
"""What a parser raises where a file is no XML that can be read."""
_DEEPEST = 50  # elements in each other; a session needs ten


def _needs_package(files: str) -> TrainingLogError:
    return TrainingLogError(f"{files} need one more package: {how_to_install('app')}.")


def elements(content: bytes) -> Iterator[Element]:
    """Elements of an XML file that declares nothing of its own, each when it ends."""
    try:
        from defusedxml.common import DefusedXmlException
        from defusedxml.ElementTree import iterparse
    except ImportError as error:  # comes with the app
        raise _needs_package("TCX and GPX files") from error
    # Some programs put spaces before the file itself, which no parser takes.
    whole = io.BytesIO(content.removeprefix(b"\xef\xbb\xbf").lstrip())
    depth = 0
    try:
        for event, element in iterparse(whole, ("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > _DEEPEST:
                raise ValueError
            if event == "end":
                yield element
    except DefusedXmlException as error:
        raise TrainingLogError(
            "This XML file declares entities of its own, as no sports program does: it is "
            "not read."
        ) from error
    except DAMAGED as error:
        raise TrainingLogError(
            "This XML file is damaged or was cut off: it cannot be read."
        ) from error


def element_of(content: bytes) -> Element:
    """Parse one element that was cut out of a file; any of `DAMAGED` if it is none."""
    try:
        from defusedxml.ElementTree import fromstring
    except ImportError as error:  # comes with the app
        raise _needs_package("Exports of Apple Health") from error
    element: Element = fromstring(content)
    return element


def name_of(element: Element) -> str:
    """Name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def number(text: str | None) -> float:
    """Number in a text, NaN where there is none.

    Examples
    --------
    >>> number(" 42.5 "), number("inf"), number(None)
    (42.5, nan, nan)
    """
    try:
        value = float(text or "nan")
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
