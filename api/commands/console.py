"""How the command line speaks: Chinese first, English second; `--json` for programs; errors end in a sysexits
code.
"""

import json
import sys
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from keys.errors import Kind, XinzhengError

if TYPE_CHECKING:
    from rich.console import Console

USAGE = 64
EXIT_CODES: dict[Kind, int] = {
    Kind.MALFORMED: 65,
    Kind.TOO_LARGE: 65,
    Kind.REFUSED: 65,
    Kind.NOT_FOUND: 66,
    Kind.UNAVAILABLE: 69,
    Kind.INTERNAL: 70,
    Kind.CONFLICT: 73,
    Kind.UNAUTHENTICATED: 77,
    Kind.FORBIDDEN: 77,
    Kind.UNTRUSTED: 77,
}
"""From sysexits.h, so that none collides with the 0, 1 and 2 of `verify`."""


def console() -> "Console":
    """Rich on standard output; plain text when that is not a terminal."""
    from rich.console import Console

    return Console(highlight=False, soft_wrap=True)


def say(zh: str, en: str = "") -> None:
    """One short line in both languages."""
    typer.echo(f"{zh}  {en}" if en else zh)


def field(zh: str, en: str, value: object) -> None:
    """A named value."""
    typer.echo(f"  {zh} {en}: {value}")


def answer(value: Any) -> None:
    """A JSON answer on standard output."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def fail(error: XinzhengError, *, as_json: bool) -> int:
    """Show an error and return the exit code. Details for the log alone stay in the log."""
    if as_json:
        answer(
            {
                "error": error.code,
                "title": error.title,
                "title_zh": error.title_zh,
                "detail": error.detail,
                "detail_zh": error.detail_zh,
            }
        )
    else:
        typer.echo(f"错误：{error.detail_zh}\nError: {error.detail}", err=True)
    return USAGE if error.code == "wrong_usage" else EXIT_CODES[error.kind]


def stop(code: int) -> NoReturn:
    """End the command with an exit code."""
    sys.stdout.flush()
    raise typer.Exit(code)
