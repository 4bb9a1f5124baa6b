"""Long lists, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence

from doors.discord.interaction import Interaction
from doors.discord.replies import Button, Embed, Reply

LINES = 15


def paged(title: str, lines: Sequence[str], page: int, custom_id: str, *, empty: str, update: bool = False) -> Reply:
    """The lines of one page, with buttons to the pages beside it.

    Args:
        page: from 0; one that has gone meanwhile becomes the last.
        custom_id: of the component that shows a page; the number comes behind it.
        empty: what is said when there are no lines.
    """
    last = max(len(lines) - 1, 0) // LINES
    page = min(max(page, 0), last)
    text = "\n".join(lines[page * LINES : (page + 1) * LINES])
    buttons = (
        Button("◀", f"{custom_id}:{page - 1}", disabled=page == 0),
        Button("▶", f"{custom_id}:{page + 1}", disabled=page == last),
    )
    return Reply(
        embeds=(Embed(title, text or empty, footer=f"{page + 1} / {last + 1}" if last else ""),),
        components=buttons if last else (),
        update=update,
    )


def page_of(call: Interaction) -> int:
    """The number at the end of the custom id; 0 when there is none."""
    number = call.arguments[-1] if call.arguments else ""
    return int(number) if number.isdecimal() and len(number) < 5 else 0
