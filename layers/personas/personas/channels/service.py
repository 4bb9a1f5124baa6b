"""Battles in a channel: started, voted on, counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from math import ceil
from typing import Final
from uuid import UUID

from kernel.accounts import service as accounts
from kernel.database import Tx
from kernel.events.service import announce
from kernel.naming import key
from kernel.rate_limits import RateLimit, RateLimited, limited
from personas.battles import service as battles
from personas.battles.models import (
    HOUSE_ACCOUNT,
    BattleVoteClosed,
    Channel,
    CreatedBattle,
    Side,
    Verdict,
    VerdictPayload,
)
from personas.channels import queries, rules
from personas.channels.models import (
    HOUSE_NAME,
    BattleGoingOn,
    BattlesTooOften,
    ChannelVote,
    ChannelVoteOver,
    UnknownPersona,
    Watching,
    Wish,
)
from personas.channels.settings import settings
from personas.profiles import service as profiles
from personas.profiles.models import PublicPersona
from personas.profiles.rules import slug_of
from personas.rooms import service as rooms
from personas.templates import service as templates
from personas.templates.models import Template, TemplateNotFound

COUNTED_AT_ONCE: Final = 50
"""Votes that the clock counts in one transaction."""

_STARTED: Final = RateLimit("discord_battle", 1, settings.cooldown)


def open_battle(tx: Tx, wish: Wish, watching: Watching, ask_account: Callable[[], UUID | None]) -> CreatedBattle:
    """Start a battle between two public personas that a channel watches. Two round trips.

    Args:
        ask_account: returns the account of who starts it, asked for already; None if they have none.

    Raises:
        InvalidField, UnsafeText: the topic. BattlesTooOften, BattleGoingOn, UnknownPersona, SamePersona, NoDebate,
            TemplateNotFound, ForbiddenRules, RulesWithLinks
    """
    topic = battles.checked_topic(wish.topic)
    try:
        with limited(tx, _STARTED, watching.starter_id, counts_refused=False):
            return _open_battle(tx, wish, topic, watching, ask_account)
    except RateLimited as error:
        raise BattlesTooOften(minutes=ceil(int(str(error.details["seconds"])) / 60)) from error


def _open_battle(
    tx: Tx, wish: Wish, topic: str, watching: Watching, ask_account: Callable[[], UUID | None]
) -> CreatedBattle:
    going_on = queries.find_open(tx, watching.channel_id)
    asked_chosen = profiles.ask_public(tx, [each for each in (wish.pro, wish.con) if each])
    asked_followed = profiles.ask_most_followed(tx, rules.MOST_FOLLOWED + 2)
    asked_template = _ask_template(tx, wish.template)
    asked_room = rooms.ask_first(tx)

    if going_on.fetchone() is not None:
        raise BattleGoingOn
    account_id = ask_account() or _house(tx)
    chosen = _allowed(asked_chosen(), account_id)
    pro, con = rules.cast(
        _chosen(chosen, wish.pro), _chosen(chosen, wish.con), _allowed(asked_followed(), account_id), tx.rng
    )
    channel = Channel(watching.channel_id, settings.vote_seconds)
    created = battles.create_for_channel(
        tx,
        account_id,
        asked_room(),
        asked_template(),
        topic,
        *rules.speakers(pro, con),
        rules.language_of(pro, con),
        channel,
    )
    queries.insert(tx, created.battle.battle_id, channel.channel_id, watching.public_url, channel.vote_seconds)
    return created


def _house(tx: Tx) -> UUID:
    """Return the account of the house, which is made for its first battle."""
    accounts.ensure_account(tx, HOUSE_ACCOUNT, HOUSE_NAME)
    return HOUSE_ACCOUNT


def _allowed(personas: Sequence[PublicPersona], account_id: UUID) -> list[PublicPersona]:
    """Return those personas whose owners and the account have not blocked each other."""
    return [each for each in personas if account_id not in each.blocks]


def _chosen(found: Sequence[PublicPersona], asked: str) -> PublicPersona | None:
    if not asked:
        return None
    slug = slug_of(asked)
    for persona in found:
        if persona.slug == slug:
            return persona
    raise UnknownPersona(name=asked)


def _ask_template(tx: Tx, asked: str) -> Callable[[], Template]:
    if not asked:
        found = templates.ask_default(tx)
    else:
        found = None
        with suppress(ValueError):
            found = templates.ask_usable(tx, HOUSE_ACCOUNT, UUID(asked))
        found = found or _ask_template_named(tx, asked)

    def template() -> Template:
        usable = found()
        if usable is None:
            raise TemplateNotFound
        return usable

    return template


def _ask_template_named(tx: Tx, name: str) -> Callable[[], Template | None]:
    """Ask for one of the templates that are suggested by its name."""
    asked = templates.ask_offered(tx)
    return lambda: next((each for each in asked() if key(each.name) == key(name)), None)


def vote(tx: Tx, battle_id: UUID, voter_id: str, side: Side) -> ChannelVote:
    """Vote for who won. Everyone has one vote, and may change it until the vote ends.

    Raises:
        ChannelVoteOver: also when it has not begun.
    """
    row = queries.upsert_vote(tx, battle_id, voter_id, side).fetchone()
    if row is None:
        raise ChannelVoteOver
    return ChannelVote(row["name"], row["ends_at"])


def count_votes(tx: Tx) -> int:
    """Count the votes that are over, and announce the results; returns how many. One chore of the clock.

    Who voted for whom is deleted. A battle that failed had no vote; its channel is free again.
    """
    due = queries.lock_due(tx, COUNTED_AT_ONCE).fetchall()
    if not due:
        return 0
    counted = {row["battle_id"]: row for row in queries.take_votes(tx, [row["battle_id"] for row in due])}
    for row in due:
        battle_id = row["battle_id"]
        votes = counted.get(battle_id, {})
        pro_votes, con_votes = votes.get("pro_votes", 0), votes.get("con_votes", 0)
        queries.close(tx, battle_id, pro_votes, con_votes)
        if row["status"] == "FAILED" or row["is_hidden"]:
            continue
        announce(
            tx,
            BattleVoteClosed(
                battle_id=battle_id,
                topic=row["topic"],
                pro_name=row["pro_name"],
                con_name=row["con_name"],
                pro_votes=pro_votes,
                con_votes=con_votes,
                verdict=VerdictPayload.of(Verdict.of(row["verdict"], row["pro_name"], row["con_name"])),
                url=f"{row['public_url']}/b/{battle_id}",
                channel_id=row["channel_id"],
            ),
        )
    return len(due)
