"""A change as a person sees it: the page as it was signed beside the page as it is now, marked where they
differ.

The pictures stand inside the page as `data:` addresses: nothing of a visitor's document is kept to be fetched
later. /verify has a content security policy that allows pictures of that kind and nothing else more.
"""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

from api.headers import CONTENT_SECURITY_POLICY
from api.i18n import Words
from seal.verification.pictures import Box, PagePicture

POLICY = CONTENT_SECURITY_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""For /verify, which shows pictures of a visitor's document."""
MOST_OCTETS = 5 * 1024 * 1024
"""All pictures of one answer together; a page beyond that is left out."""
_ROOM = 4
"""Dots between a difference and the line around it."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box around one difference, in dots of the picture."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two pictures. `href` is empty where there is no such page."""

    caption: str
    said: str
    """What a person who cannot see the picture is told."""
    href: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One page before and after."""

    title: str
    width: int
    height: int
    sides: tuple[Side, Side]
    marks: tuple[Mark, ...]


def differences_of(pictures: Iterable[PagePicture], words: Words) -> tuple[Difference, ...]:
    """The changed pages, as far as they fit into one answer."""
    shown: list[Difference] = []
    left = MOST_OCTETS
    for picture in pictures:
        left -= len(picture.before) + len(picture.after)
        if left < 0:
            break
        shown.append(_difference(picture, words))
    return tuple(shown)


def _difference(picture: PagePicture, words: Words) -> Difference:
    number = picture.page + 1
    if not picture.before:
        where = words("difference.added")
    elif not picture.after:
        where = words("difference.removed")
    else:
        places = words.pick("、", ", ").join(_places(picture, words))
        where = words("difference.where", count=len(picture.boxes), places=places)
    title = words("difference.page", number=number, where=where)
    sides = (
        _side(words("difference.before"), picture.before, title, words),
        _side(words("difference.after"), picture.after, title, words),
    )
    marks = tuple(_mark(box, picture) for box in picture.boxes)
    return Difference(title, picture.width, picture.height, sides, marks)


def _side(caption: str, png: bytes, title: str, words: Words) -> Side:
    said = words("difference.said", caption=caption, title=title)
    return Side(caption, said, "data:image/png;base64," + base64.b64encode(png).decode() if png else "")


def _mark(box: Box, picture: PagePicture) -> Mark:
    """The box with some room, inside the picture."""
    left, top = max(1, box[0] - _ROOM), max(1, box[1] - _ROOM)
    right, bottom = min(picture.width - 1, box[2] + _ROOM), min(picture.height - 1, box[3] + _ROOM)
    return Mark(left, top, max(1, right - left), max(1, bottom - top))


def _places(picture: PagePicture, words: Words) -> list[str]:
    """In which thirds of the page something differs, from the top."""
    third = max(1.0, picture.height / 3)
    hit = {min(2, int((top + bottom) / 2 / third)) for _, top, _, bottom in picture.boxes}
    thirds = (words("difference.top"), words("difference.middle"), words("difference.bottom"))
    return [thirds[index] for index in sorted(hit)]
