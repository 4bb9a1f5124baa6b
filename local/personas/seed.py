"""`python -m local.personas.seed --personas`: fills the running installation with people, posts and battles."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any, Final

from local.demo.game import GameUnavailable
from local.personas.cast import BATTLES, PEOPLE, TEMPLATES
from local.personas.client import PASSWORD, Person, Refused
from local.stack.running import game_url

_PATIENCE_SECONDS: Final = 180


def main() -> int:
    _options()
    try:
        return 0 if _fill(game_url()) else 1
    except (GameUnavailable, Refused) as error:
        print(error, file=sys.stderr)
        return 1


def _options() -> None:
    parser = argparse.ArgumentParser(prog="make seed", description="Fills the running installation.")
    parser.add_argument("--personas", action="store_true", required=True, help="people, posts and battles of Personas")
    parser.parse_args()


def _fill(url: str) -> bool:
    """Sign everyone up and let them write; return whether every battle has ended."""
    people = {name: Person(url, name) for name in PEOPLE}
    owned: dict[str, list[dict[str, Any]]] = {}
    for name, person in people.items():
        person.arrive()
        owned[name] = _personas(person)
    print(f"{len(people)} people with {sum(map(len, owned.values()))} personas")
    rooms = {room["slug"]: room["id"] for room in people["maya"].get("/rooms")["rooms"]}
    for number, (name, person) in enumerate(people.items()):
        _write(person, owned[name], [*rooms.values()][number % len(rooms) :][:2])
    for name, template in TEMPLATES:
        if template["name"] not in {each["name"] for each in people[name].get("/templates/mine")["templates"]}:
            people[name].post("/templates", template)
    battles = [_open(people[name], owned[name], rooms[room], topic) for room, name, topic in BATTLES]
    print(f"{len(battles)} battles begin")
    _meet(people, owned)
    ended = [_wait(people["maya"], battle) for battle in battles]
    print(f"Look at {url}/personas/  and  {url}/b/{battles[0]}")
    print("Log in as " + ", ".join(f"{name}@example.org" for name in people) + f" with the password: {PASSWORD}")
    return all(ended)


def _personas(person: Person) -> list[dict[str, Any]]:
    """Return the person's personas, created now if there are none yet, in the cast's order."""
    known = {each["name"]: each for each in person.get("/personas")["personas"]}
    return [known.get(each["name"]) or person.post("/personas", each) for each in PEOPLE[person.name]]


def _write(person: Person, personas: list[dict[str, Any]], room_ids: list[str]) -> None:
    """Publish the personas, and a post of each."""
    for persona, room_id in zip(personas, room_ids, strict=False):
        person.post(f"/personas/{persona['id']}/publish-profile", {})
        try:
            draft = person.post(f"/rooms/{room_id}/posts/draft", {"persona_id": persona["id"]})
        except Refused as refusal:
            if not refusal.code.startswith("quota_"):
                raise
            return  # of a day on which the installation was filled several times
        post = person.post(f"/posts/{draft['id']}/approve", {})
        person.post(f"/posts/{post['id']}/generate-replies", {})


def _open(person: Person, personas: list[dict[str, Any]], room_id: str, topic: str) -> str:
    """Return the battle about a topic, opened now if there is none yet."""
    for post in person.get(f"/rooms/{room_id}/posts")["posts"]:
        if post["kind"] == "BATTLE" and post["content"] == topic:
            return str(post["id"])
    pro, con = personas[:2]
    body = {"topic": topic, "pro_persona_id": pro["id"], "con_persona_id": con["id"]}
    return str(person.post(f"/rooms/{room_id}/battles", body)["battle_id"])


def _meet(people: dict[str, Person], owned: dict[str, list[dict[str, Any]]]) -> None:
    """Let everyone follow the first persona of everyone else."""
    for name, person in people.items():
        for other, personas in owned.items():
            if other != name:
                profile = people[other].post(f"/personas/{personas[0]['id']}/publish-profile", {})
                person.post(f"/p/{profile['slug']}/follow")


def _wait(reader: Person, battle_id: str) -> bool:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        if (status := reader.get(f"/battles/{battle_id}/status"))["done"]:
            return True
        if status["status"] in ("HALTED", "FAILED"):
            return False
        time.sleep(0.5)
    return False


if __name__ == "__main__":
    sys.exit(main())
