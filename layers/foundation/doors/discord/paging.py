"""Showing long lists page by page."""

from __future__ import annotations

from collections.abc import Sequence

from doors.discord.interaction import Interaction
from doors.discord.replies import Button, DiscordReply, Embed

LINES = 15


def paged(
    title: str, lines: Sequence[str], page: int, custom_id: str, *, empty: str, update: bool = False
) -> DiscordReply:
    """Return a page of lines, with buttons for the pages before and after it.

    Args:
        page: from 0; a page that no longer exists becomes the last one.
        custom_id: the component that shows a page; the page number is appended.
        empty: the text to show when there are no lines.
    """
    last = max(len(lines) - 1, 0) // LINES
    page = min(max(page, 0), last)
    text = "\n".join(lines[page * LINES : (page + 1) * LINES])
    buttons = (
        Button("◀", f"{custom_id}:{page - 1}", disabled=page == 0),
        Button("▶", f"{custom_id}:{page + 1}", disabled=page == last),
    )
    return DiscordReply(
        embeds=(Embed(title, text or empty, footer=f"{page + 1} / {last + 1}" if last else ""),),
        components=buttons if last else (),
        update=update,
    )


def page_of(call: Interaction) -> int:
    """Return the page number at the end of the custom id; 0 when there is none."""
    number = call.arguments[-1] if call.arguments else ""
    return int(number) if number.isdecimal() and len(number) < 5 else 0
