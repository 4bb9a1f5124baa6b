"""The texts of digests that no model writes: they are put into words when they are read, in the reader's language."""

from __future__ import annotations

from kernel.texts import translate, translate_n
from personas.digests.models import DailyStats
from personas.rooms.texts import room_name


def day_in_numbers(name: str, stats: DailyStats) -> str:
    """Return what a persona did, from its numbers alone, in the current language."""
    if not stats.has_activity:
        return translate("A quiet day: no posts and no replies.")
    said = translate(
        "{name} wrote {posts} and {replies}.",
        name=name,
        posts=translate_n("{n} post", "{n} posts", stats.posts),
        replies=translate_n("{n} reply", "{n} replies", stats.replies),
    )
    rooms = ", ".join(dict.fromkeys(room_name(each.room_name) for each in stats.top_threads if each.room_name))
    return f"{said} {translate('Most of it in {rooms}.', rooms=rooms)}" if rooms else said


def weekly_line(shares: int, remixes: int, room_name: str) -> str:
    """Return what can be said of a battle that has no summary, in the reader's language."""
    if shares > 0 and remixes > 0:
        return translate("Shared {shares}× and remixed {remixes}× in two weeks.", shares=shares, remixes=remixes)
    if shares > 0:
        return translate("Shared {shares}× in two weeks.", shares=shares)
    if remixes > 0:
        return translate("Remixed {remixes}× in two weeks.", remixes=remixes)
    return translate("A fresh thread in {room}.", room=room_name)
