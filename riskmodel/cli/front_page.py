"""The help of the whole program, laid out as typer lays it out, and in half the time.

What typer loads for it reads Markdown and colours tracebacks, of which there is none.
"""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

_NARROW = 60
"""Columns below which words of the table may not fit, and typer decides: judgement."""
_HELP_OPTION = (
    Text("--help", "bold cyan"),
    Text("-h", "bold green"),
    Text(""),
    Text(""),
    Text.assemble(("<", "dim"), "bool", (">", "dim"), style="bold yellow"),
    Text("Show this message and exit."),
)


def print_front_page(usage: str, about: str, commands: Mapping[str, str]) -> bool:
    """Print the help, unless the terminal is too narrow for it: then return False."""
    console = Console()
    if console.width < _NARROW:
        return False
    options, table = _empty_table(), _empty_table()
    for part in _HELP_OPTION:
        options.add_column(ratio=10 if part is _HELP_OPTION[-1] else None)
    options.add_row(*_HELP_OPTION)
    table.add_column(style="bold cyan", no_wrap=True, width=max(map(len, commands)))
    table.add_column(ratio=10)
    for name, sentence in commands.items():
        table.add_row(Text(name), Text(sentence))
    begin, name, rest = usage.partition("Usage: ")
    usage_line = Text.assemble(begin, (name, "yellow"), rest)
    console.print(Padding(usage_line, 1), style="bold")
    console.print(Padding(Text(about), (0, 1, 1, 1)))
    for title, rows in (("Options", options), ("Commands", table)):
        console.print(
            Panel(rows, title=Text(title), title_align="left", border_style="dim")
        )
    return True


def _empty_table() -> Table:
    return Table(show_header=False, expand=True, box=None, pad_edge=False)
