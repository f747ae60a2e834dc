"""Where a seal goes, as options of a command."""

from typing import TYPE_CHECKING, Annotated

import typer

from api.errors import WrongUsage

if TYPE_CHECKING:
    from seal.anchor import Anchor
    from seal.place import Place

Page = Annotated[int | None, typer.Option("--page", help="页码，-1 为末页 page, -1 is the last")]
At = Annotated[str | None, typer.Option("--at", help="盖章中心 X,Y mm, from the upper left")]
Anchored = Annotated[str | None, typer.Option("--anchor", help="定位文字 text the seal belongs to")]


def place_of(page: int | None, at: str | None, anchor: str | None) -> "Place | Anchor":
    """The place the options name. Raises WrongUsage."""
    from seal.anchor import Anchor
    from seal.errors import PlaceNotFound
    from seal.place import parse_at

    if (at is None) == (anchor is None):
        raise WrongUsage(
            "Say where: --at X,Y or --anchor TEXT", "请用 --at X,Y 或 --anchor 文字 指明盖章位置"
        )
    if anchor is not None:
        return Anchor(anchor, page)
    try:
        return parse_at(at or "", page=page or 1)
    except PlaceNotFound as error:
        raise WrongUsage(error.detail, error.detail_zh) from error
