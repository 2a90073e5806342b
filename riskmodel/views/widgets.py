"""Widgets that several pages draw in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from riskmodel.inputs import units
from riskmodel.inputs.blanks import is_blank
from riskmodel.inputs.fields import Field
from riskmodel.inputs.written import number_written
from riskmodel.serving import downloads
from riskmodel.views import account, form, look

if TYPE_CHECKING:
    from streamlit.elements.lib.mutable_popover_container import PopoverContainer

T = TypeVar("T")
MOST_MB = 5
"""Of a file that is uploaded, where it is no training log and no weather."""
DATES = "YYYY-MM-DD"
"""How days are shown: in the one order that nobody reads in another way."""
PAUSE = "700ms"
"""After which a text that is typed counts without Enter."""
# Streamlit reads shortcodes and links of a text after its escapes: only a sign between,
# which is not seen, keeps them apart.
_KEPT_APART = re.compile(
    r"(?<=:)(?=[^\s\d]|\d[\w+-]*:)|(?<=@)(?=\w)|(?<=\bwww)(?=\.)", re.IGNORECASE
)
_APART = "\N{WORD JOINER}"
_MARKUP = re.compile(r"[\\`*_\[\]<>~$&]|^[#+=-]")
_NUMBERED = re.compile(r"^(\d+)([.)])")
_MIME = {
    ".csv": "text/csv",
    ".ics": "text/calendar",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".toml": "application/toml",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def plain(text: str) -> str:
    """Write text of somebody else for a label, where nothing of it becomes formatting."""
    apart = _KEPT_APART.sub(_APART, " ".join(text.split()))
    return _NUMBERED.sub(r"\1\\\2", _MARKUP.sub(r"\\\g<0>", apart))


def needed_text(labels: Sequence[str]) -> str:
    """Say which answers a number still needs, "" if none."""
    return f"Still needed: {', '.join(labels)}." if labels else ""


def download(
    label: str, make: Callable[[], str | bytes], file_name: str, help: str | None = None
) -> None:
    """Offer a file; made on the click only, none of it lies in the server until then.

    It is made outside the visit: `make` must not read what a widget or `state` holds.
    """
    mime = _MIME[Path(file_name).suffix]
    st.download_button(
        label,
        downloads.held(account.asking(make), mime, file_name),
        file_name,
        mime,
        on_click="ignore",
        help=help,
    )


def folded(label: str, key: str, draw: Callable[[], None]) -> None:
    """Offer more to read, which is drawn once it is opened."""
    if (box := st.expander(label, key=key, on_change="rerun")).open:
        with box:
            draw()


def to_copy(text: str) -> None:
    """Show a text to take along, and say how to copy it."""
    st.code(text, language=None, wrap_lines=True)
    look.note("The sign in its corner copies it.")


def with_private(key: str, *, yes: str, no: str) -> bool:
    """Ask whether to take private answers along, and say what either choice means."""
    private = st.toggle("With health and personal answers", key=key)
    look.note(yes if private else no)
    return private


def example(
    label: str,
    names: Iterable[str],
    key: str,
    on_change: Callable[[], None],
    *,
    width: Any = 320,
) -> None:
    """Offer examples to look at or to start from."""
    st.selectbox(
        label,
        list(names),
        index=None,
        key=key,
        placeholder="Choose an example",
        on_change=on_change,
        width=width,
    )


def select(label: str, options: Mapping[T, str], key: str, **more: Any) -> T | None:
    """Let one of several be chosen in a list that opens; nothing in it is Markdown."""
    settings: dict[str, Any] = {"placeholder": "Choose", **more}
    choice: T | None = st.selectbox(
        plain(label), list(options), format_func=options.__getitem__, key=key, **settings
    )
    return choice


def pills(label: str, options: Mapping[T, str], key: str, **more: Any) -> T | None:
    """Let one of several be chosen that stand side by side; nothing is Markdown."""
    shown = {option: plain(words) for option, words in options.items()}
    choice: T | None = st.pills(
        plain(label), list(options), format_func=shown.__getitem__, key=key, **more
    )
    return choice


def number_in_unit(field: Field, key: str, **more: Any) -> float | None:
    """Ask for a number that is no answer of the form, and give it back in its own unit.

    The label of the unit stands in the key, in place of {}: what was typed in one unit
    must not count in another.  None where nothing stands, or what cannot be, which is
    told.
    """
    unit = units.unit_of(field.unit, form.chosen_units())
    label = plain(f"{field.label}, {unit.label}" if unit.label else field.label)
    typed = st.text_input(label, key=key.format(unit.label), live=PAUSE, **more)
    return number_told(field, typed)


def number_told(field: Field, typed: str) -> float | None:
    """As `number_typed`; what cannot be is told."""
    number = number_typed(field, typed)
    if number is None and not is_blank(typed):
        tell_not_allowed(field, typed)
    return number


def number_typed(field: Field, typed: str | None) -> float | None:
    """Read what was typed for such a number; None of nothing and of what cannot be."""
    if typed is None or is_blank(typed):
        return None
    try:
        number = number_written(typed, field, form.chosen_units())
    except ValueError:
        return None
    return number if field.low <= number <= field.high else None


def tell_not_allowed(field: Field, typed: str) -> None:
    """Say at a number what stands there, and what is allowed."""
    look.fault(
        f"{field.label} is \N{LEFT DOUBLE QUOTATION MARK}{typed}"
        f"\N{RIGHT DOUBLE QUOTATION MARK}; allowed is "
        f"{units.allowed(field, form.chosen_units())}."
    )


def quiet_popover(label: str, icon: str, key: str) -> PopoverContainer:
    """A button that opens a box; what is in it is drawn once it is open."""
    return st.popover(
        plain(label),
        icon=f":material/{icon}:",
        type="tertiary",
        key=f"box_{key}",
        on_change="rerun",
    )


def confirm_example() -> None:
    """Offer to take for one's own what is left of an example, if anything is."""
    if form.still_from_example():
        st.button(
            "The rest is right too",
            key="confirm",
            type="tertiary",
            icon=":material/done_all:",
            on_click=form.confirm_example,
        )
