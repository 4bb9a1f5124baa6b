"""Tries interviews about new worlds, up to a walk in the world that comes of one; the worlds are deleted at the end."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final

from local.tools.verify.checking import Broken, Impossible, Report
from local.tools.verify.client import Answer, Client
from local.tools.verify.visitors import Visit, Visitor, require_code
from local.worlds.play_socket import PlaySocket

PART: Final = "interview"
ANSWERS: Final = (
    "A frozen archipelago at the end of the world, dark and quiet.",
    "Humans and dwarves",
    "Frozen, small, 20% land",
    "Medieval, magic is rare",
    "War over the last warm harbour",
    "Old",
    "Two moons",
    "Everything but no diseases",
)
LARGE: Final = "Frozen, large, 20% land"
TAKEN: Final = "temperate"
"""A world that every installation has, in another case than its own."""
BUILDING_SECONDS: Final = 180.0
LOOK_AGAIN_SECONDS: Final = 1.0
SILENCE_SECONDS: Final = 30.0
"""The longest time without progress: three times what a player waits on a machine that is not busy."""


@dataclass(slots=True)
class _Started:
    """An interview of a visitor, as the last answer has it."""

    visitor: Visitor
    seen: dict[str, Any]

    @property
    def body(self) -> dict[str, str]:
        return {"session_id": self.seen["session_id"]}


class InterviewTrial:
    """Answers all questions, has a world made, enters it; and gives up another one."""

    def __init__(self, client: Client, report: Report, visit: Visit) -> None:
        self._client = client
        self._report = report
        self._visit = visit
        self._interview: _Started | None = None
        self._world_id = ""
        self._made: list[tuple[Visitor, str]] = []

    def run(self) -> None:
        """Try everything, and delete the worlds."""
        try:
            self.try_answering()
            self.try_naming()
            self.try_making()
            self.try_entering()
            self.try_giving_up()
        finally:
            for visitor, world_id in self._made:
                with self._report.check(PART, "the world of the trial is deleted"):
                    self._client.expect(200, "DELETE", f"/api/game/worlds/{world_id}", token=visitor.token)

    def try_answering(self) -> None:
        """Begin, answer, come back, and change an answer."""
        check = self._report.check
        with check(PART, "someone begins an interview, and is asked what the world is about") as seen:
            interview = self._start(self._visit.ann)
            if (interview.seen["topic"], interview.seen["progress"]) != (0, 0):
                raise Broken(f"it begins with topic {interview.seen['topic']}")
            self._interview = interview
            seen.append(interview.seen["question"])
        with check(PART, "no one answers for someone else, with nothing, or with more than 1,024 characters") as seen:
            ann = self._begun()
            others = self._respond(self._visit.bob, {**ann.body, "message": "mine"})
            seen.append(require_code(others, 403, "FORBIDDEN"))
            for message in (" ", "x" * 1025):
                refused = self._respond(ann.visitor, {**ann.body, "message": message})
                seen.append(require_code(refused, 400, "INVALID_INPUT"))
        with check(PART, "after three answers, someone who comes back goes on with the fourth question") as seen:
            ann = self._begun()
            self._say(ann, ANSWERS[:3])
            again = self._client.expect(200, "POST", "/api/world/interview/start", {}, token=ann.visitor.token).body
            if (again["session_id"], again["topic"], again["progress"]) != (ann.seen["session_id"], 3, 0.27):
                raise Broken(f"it goes on with topic {again['topic']}, {again['progress']} done")
            seen.append(f"progress {again['progress']}")
        with check(PART, "an answer is changed, and the open question asked again") as seen:
            ann = self._begun()
            before = self._say(ann, ANSWERS[3:7])
            after = self._say(ann, ["change conflict to none"])
            if after["topic"] != before["topic"] or before["question"] not in after["question"]:
                raise Broken(f"the question is {after['question']!r}")
            if any(ANSWERS[4] in each["value"] for each in after["understood"]):
                raise Broken("the earlier answer still counts")
            seen.append(after["question"].partition("\n")[0])
        with check(PART, "a world is not made before all is answered") as seen:
            ann = self._begun()
            answer = self._client.send("POST", "/api/interview/finalize", ann.body, token=ann.visitor.token)
            seen.append(require_code(answer, 400, "INVALID_INPUT"))

    def try_naming(self) -> None:
        """Choose a name that is taken, and one that is not."""
        check = self._report.check
        with check(PART, "a name that is taken, in another case, brings three that are free") as seen:
            ann = self._begun()
            self._say(ann, [*ANSWERS[7:], "continue", "Clans; fishing"])
            question = self._say(ann, [TAKEN])["question"]
            if ann.seen["topic"] != 10 or question.count('"') < 6:
                raise Broken(f"the answer is {question!r}")
            seen.append(question.partition("\n")[0])
        with check(PART, "all that was said is understood, and shown for review") as seen:
            ann = self._begun()
            self._say(ann, [_name()])
            if ann.seen["topic"] != 11:
                raise Broken(f"the question is {ann.seen['question']!r}")
            seen.append("; ".join(f"{each['name']}: {each['value']}" for each in ann.seen["understood"]))

    def try_making(self) -> None:
        """Have the world made, once, and see how far it is."""
        client, check = self._client, self._report.check
        with check(PART, "the world is made as it was wanted, and once") as seen:
            ann = self._begun()
            made = client.expect(200, "POST", "/api/interview/finalize", ann.body, token=ann.visitor.token).body
            self._made.append((ann.visitor, made["world_id"]))
            self._world_id = made["world_id"]
            wanted = {"land": 0.2, "temperature": [-40, 10], "moons": 2, "size": "small"}
            found = {name: made["derived"]["parameters"][name] for name in wanted}
            if found != wanted:
                raise Broken(f"it is made from {found}")
            again = client.expect(200, "POST", "/api/world/interview/finalize", ann.body, token=ann.visitor.token).body
            if again["world_id"] != made["world_id"]:
                raise Broken("a second world is made")
            seen.append(", ".join(f"{name} {value}" for name, value in found.items()))
        with check(PART, "a second world within the hour is refused, and it is said when there may be one") as seen:
            ann = self._begun()
            second = self._in_review(ann.visitor, ANSWERS[2])
            answer = client.send("POST", "/api/interview/finalize", second.body, token=ann.visitor.token)
            seen.append(require_code(answer, 429, "AUTH_RATE_LIMITED"))
            seen.append(answer.body["error"]["message"])
            if not 3000 < int(answer.headers.get("Retry-After", "0")) <= 3600:
                raise Broken(f"Retry-After is {answer.headers.get('Retry-After')!r}")
        with check(PART, "one sees how far its ground is, until one can enter") as seen:
            seen.append(self._wait_until_ready(self._begun().visitor))

    def try_entering(self) -> None:
        """Walk in the world."""
        client, check = self._client, self._report.check
        with check(PART, "its maker enters it, looks around, and walks") as seen:
            ann = self._begun().visitor
            if not self._world_id:
                raise Impossible("there is no world")
            body = {"world_id": self._world_id, "name": "Trial Run", "species": "human"}
            made = client.expect(201, "POST", "/api/session/character/create", body, token=ann.token).body
            chosen = {"character_id": made["character"]["character_id"]}
            client.expect(200, "POST", "/api/session/character/select", chosen, token=ann.token)
            address, ticket = ann.ticket()
            with closing(PlaySocket.open(address, {"ticket": ticket, **chosen})) as socket:
                said = [socket.ask(each)[0]["data"].get("text", "") for each in ("look", "weather", "n")]
            if not all(said):
                raise Broken(f"the answers are {said}")
            seen.append(" / ".join(each.partition("\n")[0] for each in said))
            ann.enter_lobby()

    def try_giving_up(self) -> None:
        """Have another world made, and give it up."""
        client, check = self._client, self._report.check
        with check(PART, "a world that is being made is given up, and nothing is left of it") as seen:
            bob = self._visit.bob
            interview = self._in_review(bob, LARGE)
            made = client.expect(200, "POST", "/api/interview/finalize", interview.body, token=bob.token).body
            self._made.append((bob, made["world_id"]))
            path = f"/api/game/worlds/{made['world_id']}"
            active = client.expect(200, "GET", "/api/interview/active", token=bob.token).body
            if active["world_id"] != made["world_id"]:
                raise Broken("someone who comes back is not told what is being made")
            others = client.send("POST", f"{path}/cancel", {}, token=self._visit.ann.token)
            seen.append(require_code(others, 403, "FORBIDDEN"))
            client.expect(200, "POST", f"{path}/cancel", {}, token=bob.token)
            seen.append(require_code(client.send("GET", path, token=bob.token), 404, "WORLD_NOT_FOUND"))
            self._made.pop()

    def _begun(self) -> _Started:
        if self._interview is None:
            raise Impossible("no interview has begun")
        return self._interview

    def _start(self, visitor: Visitor) -> _Started:
        begun = self._client.expect(201, "POST", "/api/interview/start", {}, token=visitor.token)
        return _Started(visitor, begun.body)

    def _in_review(self, visitor: Visitor, land: str) -> _Started:
        """Return an interview that is begun and answered up to its review."""
        started = self._start(visitor)
        self._say(started, [*ANSWERS[:2], land, *ANSWERS[3:], f"the name is {_name()}"])
        return started

    def _respond(self, visitor: Visitor, body: dict[str, Any]) -> Answer:
        return self._client.send("POST", "/api/interview/respond", body, token=visitor.token)

    def _say(self, interview: _Started, said: Sequence[str]) -> dict[str, Any]:
        """Say one thing after another, and return the last answer."""
        for message in said:
            body = {**interview.body, "message": message}
            interview.seen = self._client.expect(
                200, "POST", "/api/interview/respond", body, token=interview.visitor.token
            ).body
        return interview.seen

    def _wait_until_ready(self, visitor: Visitor) -> str:
        if not self._world_id:
            raise Impossible("there is no world")
        path, told = f"/api/game/worlds/{self._world_id}", list[int]()
        started = heard_at = time.monotonic()
        silence = 0.0
        while True:
            world = self._client.expect(200, "GET", path, token=visitor.token).body
            now = time.monotonic()
            if not told or world["progress"] != told[-1]:
                told.append(world["progress"])
                silence, heard_at = max(silence, now - heard_at), now
            if world["status"] == "ready":
                break
            if world["status"] != "building" or now - started > BUILDING_SECONDS:
                raise Broken(f"after {now - started:.0f} s, it is {world['status']}, at {told[-1]} %")
            time.sleep(LOOK_AGAIN_SECONDS)
        if told != sorted(told) or told[-1] != 100:
            raise Broken(f"the progress is {told}")
        if silence > SILENCE_SECONDS + LOOK_AGAIN_SECONDS:
            raise Broken(f"for {silence:.0f} s, there is no progress: {told}")
        return f"{', '.join(map(str, told))} % in {now - started:.0f} s"


def _name() -> str:
    return f"Verify {token_hex(5)}"
