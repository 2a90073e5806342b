"""What was written elsewhere, as a sentence may show it: short, on one line, in sight."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST_QUOTE = 80
"""Characters of somebody's text that a sentence shows: judgement."""
LONGEST_LINE = 600
"""Characters of a line about a file, which may list what is known: judgement."""
_END = 120  # of a line that is longer, so that how to mend it stays
_CUT = "\N{HORIZONTAL ELLIPSIS}"
_GROUPED = 10_000


def quoted(text: object, longest: int = LONGEST_QUOTE) -> str:
    r"""Text as a sentence may show it, with a blank for each sign that is not in sight.

    Examples
    --------
    >>> quoted("12\n\u202e3"), quoted("9" * 200, 5)
    ('12  3', '9999…')
    """
    plain = as_line(str(text)[: longest + 1])
    return plain if len(plain) <= longest else plain[: longest - 1] + _CUT


def names_text(names: Iterable[str]) -> str:
    """Names in a row, apart from each other where they hold commas themselves.

    Examples
    --------
    >>> names_text(["Ada", "Ben"]), names_text(["Smith, Ada", "Ben"])
    ('Ada, Ben', 'Smith, Ada; Ben')
    """
    listed = list(names)
    return ("; " if any("," in name for name in listed) else ", ").join(listed)


def in_quotes(text: object, longest: int = LONGEST_QUOTE) -> str:
    """Text as `quoted`, between quotation marks."""
    return (
        f"\N{LEFT DOUBLE QUOTATION MARK}{quoted(text, longest)}"
        "\N{RIGHT DOUBLE QUOTATION MARK}"
    )


def as_line(text: str) -> str:
    """Text with a blank for each sign that is not in sight, such as an end of a line."""
    if text.isprintable():
        return text
    return "".join(sign if sign.isprintable() else " " for sign in text)


def as_lines(text: str) -> str:
    """Text with each of its lines as `as_line` has it."""
    return "\n".join(map(as_line, text.split("\n")))


def as_text(text: str) -> str:
    """Text that every file can hold: halves of a pair of code units are none."""
    return text.encode("utf-8", "replace").decode()


def grouped(number: float) -> str:
    """A number as a sentence shows it, from 10,000 with a comma at each thousand.

    Examples
    --------
    >>> grouped(200), grouped(5000), grouped(100_000), grouped(2e6)
    ('200', '5000', '100,000', '2,000,000')
    """
    return f"{number:,.15g}" if abs(number) >= _GROUPED else f"{number:.15g}"


def counted(number: int, noun: str) -> str:
    """Number with its noun, which takes an s."""
    return f"{grouped(number)} {noun}" + ("" if number == 1 else "s")


def kind_of(value: object) -> str:
    """What kind of thing a program handed over, for a sentence about another one.

    Examples
    --------
    >>> kind_of([1, 2]), kind_of(None)
    ('a list', 'None')
    """
    name = type(value).__name__
    return "None" if value is None else f"a{'n' * (name[0] in 'aeiou')} {name}"


class ToldError(Exception):
    """Something about a file or an answer, in lines that a person can read.

    Whatever of the file stands in it, each line is printable and of a bounded length.
    """

    def __str__(self) -> str:
        return "\n".join(map(_bounded, super().__str__().split("\n")))


def _bounded(line: str) -> str:
    line = as_line(line)
    if len(line) <= LONGEST_LINE:
        return line
    return f"{line[: LONGEST_LINE - _END - 1]}{_CUT}{line[-_END:]}"
