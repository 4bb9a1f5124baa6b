"""Messages about the hero whom the community follows."""

from __future__ import annotations

from datetime import datetime

from community.heroes.models import FollowedHero, Sighting
from kernel.texts import listed, translate, translate_n


def told(hero: FollowedHero, now: datetime) -> str:
    """Say where a hero is, how they are and who is near, in one line."""
    seen = hero.sighting
    if seen is None:
        return not_seen(hero)
    parts = [where(seen), health(seen), near(seen), when(hero, now)]
    return " ".join(part for part in parts if part)


def not_seen(hero: FollowedHero) -> str:
    return translate(
        "{player} has not been seen yet. Heroes show themselves by writing follow on in Worlds.", player=hero.player
    )


def where(seen: Sighting) -> str:
    if not seen.world:
        return translate("{hero} is in a world that is not public.", hero=seen.hero)
    if not seen.place:
        return translate("{hero} is in {world}.", hero=seen.hero, world=seen.world)
    return translate("{hero} is in {world}: {place}.", hero=seen.hero, world=seen.world, place=seen.place)


def health(seen: Sighting) -> str:
    """Say how a hero is; "" for one without a body."""
    return translate("Hit points: {hp} of {most}.", hp=seen.hp, most=seen.most_hp) if seen.most_hp else ""


def near(seen: Sighting) -> str:
    """Say who is near; "" where that is not known."""
    if not seen.world:
        return ""
    names = neighbours(seen)
    return translate("Near: {names}.", names=names) if names else translate("No one is near.")


def neighbours(seen: Sighting) -> str:
    """List who is near; "" for no one."""
    names = [*seen.people, *seen.creatures]
    if seen.players:
        names.append(translate_n("{n} other player", "{n} other players", seen.players))
    return listed(names) if names else ""


def when(hero: FollowedHero, now: datetime) -> str:
    """Say how long ago a hero was seen; "" for just now."""
    minutes = int((now - hero.seen_at).total_seconds()) // 60 if hero.seen_at else 0
    return translate_n("Seen {n} minute ago.", "Seen {n} minutes ago.", minutes) if minutes else ""


def following(hero: FollowedHero) -> str:
    return translate(
        "We follow {player} through worlds now. They are seen once they have written follow on there.",
        player=hero.player,
    )


def following_no_one() -> str:
    return translate("We follow no one through worlds now.")
