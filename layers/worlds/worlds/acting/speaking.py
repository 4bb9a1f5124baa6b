"""Commands that others hear. Source: worlds 5."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from msgspec.structs import replace

from kernel.naming import key, person_key
from kernel.texts import translate
from worlds.acting import trading
from worlds.acting.looking import too_far
from worlds.acting.models import (
    CommandOutcome,
    GameMessage,
    NoOneToAnswer,
    Scene,
    SeenPerson,
    posts_to,
    said_by,
)
from worlds.acting.needs import WHISPER, Needs
from worlds.characters.events import PersonIgnored, PersonReported
from worlds.commands.matching import LONGEST_NAME, find, find_leading, without_number
from worlds.commands.models import IncompleteCommand, Parsed, PersonNotFound
from worlds.commands.parsing import STATUE
from worlds.reporting.models import ReportedAlready


def say(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Speak to all within earshot."""
    heard = GameMessage(
        "speech", translate("{name} says: {text}", name=scene.me.name, text=parsed.rest), said_by(scene.me)
    )
    own = GameMessage("speech_self", translate("You say: {text}", text=parsed.rest))
    return CommandOutcome(messages=[own], posts=posts_to(scene.people, heard))


def emote(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Show what one does, to all who are near."""
    shown = GameMessage("emote", f"{scene.me.name} {parsed.rest}", said_by(scene.me))
    return CommandOutcome(messages=[shown], posts=posts_to(scene.people, shown))


def whisper(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Speak to one person near by; no one else hears it."""
    person, text = find_leading(scene.people, parsed.rest, _names, PersonNotFound, _here(scene))
    _require_text(text, parsed)
    if person.squared_distance is None or person.squared_distance > WHISPER * WHISPER:
        raise too_far(person.name, person.squared_distance, WHISPER)
    heard = GameMessage(
        "whisper", translate("{name} whispers: {text}", name=scene.me.name, text=text), said_by(scene.me)
    )
    own = GameMessage("speech_self", translate("You whisper to {name}: {text}", name=person.name, text=text))
    return CommandOutcome(messages=[own], posts=posts_to([person], heard))


def tell(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Send someone a message, wherever they are."""
    said = to_statue(parsed)
    if scene.world.is_lobby and said is not None:
        return CommandOutcome(to_statue=said)
    person, text = find_leading(scene.named, parsed.rest, _names, PersonNotFound, _here(scene))
    _require_text(text, parsed)
    return _told(scene, person, text)


def reply(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Answer the person who has told one something last."""
    if not scene.named:
        raise NoOneToAnswer
    return _told(scene, scene.named[0], parsed.rest)


def ignore(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Hear nothing more of someone, as whichever of their characters, nor trade with them; or hear them again."""
    person = find(scene.named, parsed.target, _names, PersonNotFound, _here(scene))
    ignored = not person.ignored
    events = [
        PersonIgnored(character_id=scene.me.character_id, other_id=each, ignored=ignored)
        for each in sorted(person.ignored or {person.character_id})
    ]
    if ignored:
        text = translate("You hear nothing more from {name}. The same command ends that.", name=person.name)
    else:
        text = translate("You hear {name} again.", name=person.name)
    trade = scene.trade
    if not ignored or trade is None or trade.partner_of(scene.me.character_id) != person.character_id:
        return CommandOutcome(events=events, messages=[GameMessage("system", text)])
    return CommandOutcome(
        events=events, messages=[GameMessage("system", text)], posts=trading.declined(scene, trade), ended=trade
    )


def report(scene: Scene, parsed: Parsed) -> CommandOutcome:
    """Tell the administrators about someone's behaviour; again only once they have decided."""
    person, reason = find_leading(scene.named, parsed.rest, _names, PersonNotFound, _here(scene))
    if person.is_reported:
        raise ReportedAlready(name=person.name)
    event = PersonReported(
        character_id=scene.me.character_id,
        player_id=scene.me.account_id,
        report_id=uuid4(),
        other_id=person.character_id,
        other_player_id=person.account_id,
        world_id=person.world_id,
        name=person.name,
        reason=reason,
    )
    text = translate(
        "The administrators will read your report about {name}. To hear nothing more from them: ignore {name}",
        name=person.name,
    )
    return CommandOutcome(events=[event], messages=[GameMessage("system", text)])


def naming_someone(parsed: Parsed) -> Needs:
    """Return the needs of a command whose text begins with someone's name: of several words perhaps, or numbered."""
    named: dict[str, None] = {}
    for text in (parsed.rest, without_number(parsed.rest)[1]):
        words = text.strip("\"'").split()[:LONGEST_NAME]
        named |= {person_key(" ".join(words[:count]).strip("\"'")): None for count in range(1, len(words) + 1)}
    return Needs(named=tuple(named))


def telling(parsed: Parsed) -> Needs:
    """Return the needs of telling someone something, who may be the statue."""
    return replace(naming_someone(parsed), interview=to_statue(parsed))


def to_statue(parsed: Parsed) -> str | None:
    """Return what is said to the statue; None if it is said to someone else."""
    words = parsed.rest.split()
    for count in (2, 1):
        if key(" ".join(words[:count])) in STATUE:
            return " ".join(words[count:])
    return None


def naming_a_partner(parsed: Parsed) -> Needs:
    """Return the needs of a command about someone with whom one may be trading."""
    return replace(naming_someone(parsed), trade=True)


def _told(scene: Scene, person: SeenPerson, text: str) -> CommandOutcome:
    heard = GameMessage("tell", translate("{name} tells you: {text}", name=scene.me.name, text=text), said_by(scene.me))
    own = GameMessage("tell_self", translate("You tell {name}: {text}", name=person.name, text=text))
    return CommandOutcome(messages=[own], posts=posts_to([person], heard))


def _here(scene: Scene) -> Callable[[SeenPerson], bool]:
    return lambda person: person.world_id == scene.world.world_id


def _names(person: SeenPerson) -> tuple[str, ...]:
    return (person.name,)


def _require_text(text: str, parsed: Parsed) -> None:
    if not text:
        raise IncompleteCommand(syntax=parsed.command.syntax)
