"""What a channel reads of a battle between personas that it watches, from the payloads of its events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from doors.discord.messages import Embed, Field, plain
from kernel.texts import translate, translate_n

BLUE: Final = 0x3498DB
ORANGE: Final = 0xE67E22
VIOLET: Final = 0x9B59B6
DULL: Final = 0x99AAB5

_COLORS: Final = {"PRO": BLUE, "CON": ORANGE}


def spoken(payload: Mapping[str, Any]) -> Embed:
    """A turn, which an AI has written."""
    name = plain(payload["speaker_name"])
    title = translate("{name} speaks for it", name=name)
    if payload["side"] == "CON":
        title = translate("{name} speaks against it", name=name)
    place = translate("Turn {n} of {count}", n=payload["turn_index"], count=payload["turn_count"])
    return Embed(
        title,
        plain(payload["content"]),
        footer=f"{place} · {translate('Written by AI')}",
        color=_COLORS[payload["side"]],
    )


def completed(payload: Mapping[str, Any]) -> Embed:
    """The end of a debate, with which the vote begins."""
    return Embed(_who_won(), _vote(payload), color=VIOLET)


def halted(payload: Mapping[str, Any]) -> Embed:
    """The early end of a debate: with a vote, if both sides have spoken."""
    if not payload.get("vote_ends_at"):
        why = translate("One of the personas could not speak. Try another battle.")
        return Embed(translate("The battle is off"), why, color=DULL)
    early = translate(
        "The debate has ended early, after {n} of {count} turns.", n=payload["turns_done"], count=payload["turn_count"]
    )
    return Embed(_who_won(), f"{early} {_vote(payload)}", color=VIOLET)


def _who_won() -> str:
    return translate("Who won?")


def _vote(payload: Mapping[str, Any]) -> str:
    ends_at = int(datetime.fromisoformat(payload["vote_ends_at"]).timestamp())
    return translate("Vote with the buttons. The vote ends {time}.", time=f"<t:{ends_at}:R>")


def vote_closed(payload: Mapping[str, Any]) -> Embed:
    """The channel's result beside the heuristic's, and the card."""
    pro, con = (plain(payload[name]) for name in ("pro_name", "con_name"))
    pro_votes, con_votes = payload["pro_votes"], payload["con_votes"]
    if not pro_votes + con_votes:
        text = translate("No one has voted.")
    elif pro_votes == con_votes:
        text = translate("You could not agree: it is a draw.")
    else:
        text = translate("**{name}** has won your vote.", name=pro if pro_votes > con_votes else con)
    fields = (
        Field(pro, _votes(pro_votes), inline=True),
        Field(con, _votes(con_votes), inline=True),
        *_verdict(payload, pro, con),
    )
    return Embed(
        translate("The battle is decided: {topic}", topic=plain(payload["topic"])),
        text,
        fields,
        footer=translate("The debate was written by AI"),
        color=VIOLET,
        url=payload["url"],
        image=f"{payload['url']}/card.png",
    )


def _votes(count: int) -> str:
    return translate_n("{n} vote", "{n} votes", count, n=count)


def _verdict(payload: Mapping[str, Any], pro: str, con: str) -> tuple[Field, ...]:
    """What the heuristic says, which reads the turns for evidence and answers."""
    verdict = payload.get("verdict")
    if not verdict:
        return ()
    scores = f"{pro} {verdict['pro_score']:g}, {con} {verdict['con_score']:g}"
    if verdict["winner"] == "DRAW":
        said = translate("A draw: {scores}", scores=scores)
    else:
        winner = pro if verdict["winner"] == "PRO" else con
        said = translate("{name} wins: {scores}", name=winner, scores=scores)
    return (Field(translate("By evidence and answers"), said),)


BATTLES: Final[Mapping[str, Callable[[Mapping[str, Any]], Embed]]] = {
    "battle.turn": spoken,
    "battle.completed": completed,
    "battle.halted": halted,
    "battle.vote_closed": vote_closed,
}
"""{event: its text}. They are posted where the battle is watched."""
