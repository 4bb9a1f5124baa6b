"""The scenes about the community's progress: small talk, the vote, an unlock, treasure searches, a level-up."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from kernel.texts import to_translate, translate, translate_n
from local.demo import commands, community
from local.demo.cast import STREAMER_BOT, Viewer
from local.demo.evening import AT_ONCE, Evening, waves
from local.demo.ledger import Move
from local.demo.words import english

SMALL_TALK: Final = to_translate(
    "hello everyone / good evening / is this the new game? / what are the points for? / "
    "first time here / that intro music again / greetings from the night shift / tea or coffee? / "
    "my cat says hi / we want the shop! / lurking tonight, have fun / nice camera / "
    "what do we vote on?"
)
CHEERS: Final = to_translate("come on / nearly there / one more line / go go go / type faster / we can do this")
BOX: Final = "crate"  # what a search finds
LARGEST_FIND: Final = 2
SEEKERS: Final = 5
A_LEVELS_TURNOVER: Final = 1000  # money that makes a merchant's first level


def small_talk(evening: Evening) -> None:
    evening.chat.heading(translate("People talk, and every line is worth a point"))
    curious = evening.rng.choice(evening.talkative)
    evening.say(community.progress(curious))
    crowd = evening.talkative
    evening.rng.shuffle(crowd)
    _all_talk(evening, crowd, SMALL_TALK, shown=6)
    evening.say(community.talk(evening.rng.choice(crowd), to_translate("did you change your OBS scene?")))
    evening.show_events()
    evening.say(community.progress(curious))


def voting(evening: Evening) -> None:
    evening.chat.heading(translate("What should come next? Everyone has one vote"))
    crowd = evening.talkative
    evening.rng.shuffle(crowd)
    paper = evening.say(community.open_vote(crowd[0]))
    if not paper.ok or "options" not in paper.body:
        evening.chat.line(STREAMER_BOT, translate("Nothing is left to vote on: you have unlocked it all!"))
        return
    for number, wave in enumerate(waves(crowd)):
        # Votes earn points too, so the next round may begin during this scene.
        options = len(evening.game.read("/api/v1/progression/session").get("options", ())) or 1
        lines = [
            community.vote(viewer, evening.rng.randint(1, options), refusals={"invalid_option", "no_voting_session"})
            for viewer in wave
        ]
        evening.say_together(lines, shown=0 if number else 3)
    evening.chat.aside(translate("... and so on for all {n}", n=len(crowd)))
    again = community.vote(crowd[0], 1, refusals={"no_voting_session"})
    evening.say(replace(again, text=f"{again.text}  {translate('(once more, to be sure)')}"))
    evening.show_events()
    evening.say(community.open_vote(crowd[1]))
    _compare_tally(evening)


def unlock_target(evening: Evening) -> None:
    evening.chat.heading(translate("A raid brings points, and chat does the rest"))
    asker = evening.rng.choice(evening.talkative)
    answer = evening.say(community.progress(asker))
    if not answer.ok or "message" in answer.body:
        return
    crowd = evening.talkative
    favourite = _favourite(evening)
    missing = answer.body["target_unlock_cost"] - answer.body["contributions_accumulated"]
    if missing > len(crowd) // 2:
        evening.chat.aside(
            translate("(The demo hurries: without the raid's points, a new node comes about every third evening.)")
        )
        evening.say(community.add_points(missing - len(crowd) // 2, to_translate("thank you for the raid")))
    for wave in waves(crowd):
        _all_talk(evening, wave, CHEERS, shown=2)
        news = evening.show_events()
        chosen = [event["payload"]["node_key"] for event in news if event["event_type"] == "progression.target.set"]
        if favourite and chosen and chosen[0] != favourite:
            evening.faults.append(
                translate("the vote chose {option}, and the game {target}", option=favourite, target=chosen[0])
            )
        if any(event["event_type"] == "progression.cycle.completed" for event in news):
            return
    evening.faults.append(translate("the points sufficed, and nothing was unlocked"))


def treasure(evening: Evening) -> None:
    evening.chat.heading(translate("Some go looking for treasure"))
    crowd = evening.talkative
    evening.rng.shuffle(crowd)
    seekers, others = crowd[:SEEKERS], crowd[SEEKERS : 3 * SEEKERS]
    answers = evening.say_together([community.search(viewer) for viewer in seekers])
    if not any(answer.ok for answer in answers):  # the previous evening was less than half an hour ago
        evening.say(community.reset_search_cooldown(seekers[0]))
        evening.say(community.search(seekers[0]))
    found = _record_finds(evening, seekers)
    while not found and others:
        unlucky = others.pop()
        evening.say(community.search(unlucky))
        found = _record_finds(evening, [unlucky])
    evening.show_events()


def level_up(evening: Evening) -> None:
    evening.chat.heading(translate("Practice makes a better trader"))
    prices = {english(item): item["sell_price"] for item in evening.game.read("/api/v1/prices")}
    dearest = max(sorted(prices), key=lambda name: prices[name])
    candidates = evening.rng.sample(evening.talkative, AT_ONCE)
    answers = evening.say_together([community.jobs(viewer) for viewer in candidates], shown=0)
    experience = [_experience(answer.body, "merchant") if answer.ok else 0 for answer in answers]
    novice = candidates[experience.index(min(experience))]
    enough = -(-A_LEVELS_TURNOVER // prices[dearest])
    evening.say(commands.hand_out(novice, dearest, enough))
    evening.say(commands.sell(novice, dearest, enough))
    evening.show_events()
    evening.say(community.jobs(novice))


def _all_talk(evening: Evening, crowd: list[Viewer], phrases: str, *, shown: int) -> None:
    choice = translate(phrases).split(" / ")
    lines = [community.talk(viewer, evening.rng.choice(choice)) for viewer in crowd]
    evening.say_together(lines, shown=shown)
    if len(lines) > shown:
        evening.chat.aside(translate_n("... and {n} line more", "... and {n} lines more", len(lines) - shown))


def _favourite(evening: Evening) -> str:
    """The node that will win the open vote; "" when that is not clear."""
    nodes = evening.game.read("/api/v1/progression/tree")["nodes"]
    levels = {node["node_key"]: node["unlocked_level"] for node in nodes}
    options = [
        option
        for option in evening.game.read("/api/v1/progression/session").get("options", ())
        if levels[option["node_key"]] < option["target_level"]  # what the streamer has unlocked since cannot win
    ]
    leaders = sorted(options, key=lambda option: -option["weighted_votes"])[:2]
    if not leaders or leaders[0]["weighted_votes"] == 0:
        return ""
    tie = len(leaders) > 1 and leaders[0]["weighted_votes"] == leaders[1]["weighted_votes"]
    return "" if tie else str(leaders[0]["node_key"])


def _compare_tally(evening: Evening) -> None:
    """Check that a session's vote counts match its ballots."""
    body = evening.game.read("/api/v1/progression/session")
    session = body.get("session") or body
    counted = sum(option["vote_count"] for option in session["options"])
    cast = evening.log.count_ballots(session["id"])
    if counted != cast:
        evening.faults.append(f"session {session['id']}: {counted} / {cast}")


def _record_finds(evening: Evening, seekers: list[Viewer]) -> bool:
    """Record in the ledger at most what a search can find; returns whether anything was found."""
    holdings = evening.read_holdings(seekers)
    finds: list[Move] = []
    for viewer in seekers:
        gain = holdings.get(viewer.user_id, {}).get(BOX, 0) - evening.held(viewer).get(BOX, 0)
        if 0 < gain <= LARGEST_FIND:
            finds.append(Move("found", viewer.user_id, BOX, gain))
    evening.ledger.enter(finds)
    return bool(finds)


def _experience(body: dict[str, Any], job: str) -> int:
    return next((int(row["current_xp"]) for row in body["jobs"] if row["job_key"] == job), 0)
