"""Worlds' pusher on a running stack: from a rule of the bus through the desk to the connections, and answers beside it.

The functions that know the game are small ones of this test.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from doors import aws
from functions.worlds.push import app, posting
from functions.worlds.push.posting import FramesOutcome, FramesResult
from functions.worlds.push.settings import PusherSettings
from local.stack.stack import Stack
from tests.stack.small_stack import HEAD, PATIENCE, eventually, running

TEMPLATE = (
    HEAD
    + """
  PlayApi:
    Type: AWS::Serverless::WebSocketApi
    Properties:
      RouteSelectionExpression: $request.body.type
      Routes:
        $connect: {FunctionArn: !GetAtt Play.Arn}
        $disconnect: {FunctionArn: !GetAtt Play.Arn}
        $default: {FunctionArn: !GetAtt Play.Arn, RouteResponseSelectionExpression: $default}
  PlayAnswers:
    Type: AWS::ApiGatewayV2::RouteResponse
    Properties: {ApiId: !Ref PlayApi, RouteId: !Ref PlayApiDefaultRoute, RouteResponseKey: $default}
  Play: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.play}}
  PostDesk: {Type: AWS::Serverless::Function, Properties: {Handler: MODULE.desk}}
  PushPosts:
    Type: AWS::Serverless::Function
    Properties:
      Handler: functions.worlds.push.app.handler
      Timeout: 120
      Events:
        Waiting:
          Type: EventBridgeRule
          Properties: {Pattern: {source: [brandish.worlds], detail-type: [posts.waiting]}}
"""
)


@dataclass
class Room:
    """A game in which everyone hears what the others say. A character has the id of their connection.

    Attributes:
        posts: {character: the posts that wait}.
        kicked: connections to close.
        leased: those whose posts a pusher has.
        late: whether $connect answers only when someone has tried to post to its connection.
        tried: set once someone has.
    """

    lock: threading.RLock = field(default_factory=threading.RLock)
    posts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    written: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    kicked: set[str] = field(default_factory=set[str])
    leased: set[str] = field(default_factory=set[str])
    late: bool = False
    tried: threading.Event = field(default_factory=threading.Event)

    def play(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        me = event["requestContext"]["connectionId"]
        match event["requestContext"]["eventType"]:
            case "CONNECT":
                with self.lock:
                    self.posts[me] = []
                if self.late:
                    self.tell(me, "welcome")
                    assert self.tried.wait(PATIENCE)
            case "DISCONNECT":
                with self.lock:
                    self.posts.pop(me, None)
            case _:
                for other in self.posts.keys() - {me}:
                    self.tell(other, event["body"])
                return {"statusCode": 200, "body": f"You say: {event['body']}"}
        return {"statusCode": 200}

    def tell(self, character: str, text: str) -> None:
        with self.lock:
            self.written[character] += 1
            self.posts[character].append(json.dumps({"text": text, "seq": self.written[character]}))
        entry = {"Source": "brandish.worlds", "DetailType": "posts.waiting", "Detail": "{}"}
        bus: Any = aws.client("events")
        bus.put_events(Entries=[entry])

    def desk(self, event: dict[str, Any], _context: Any) -> dict[str, Any]:
        with self.lock:
            for each in event["delivered"]:
                who = each["character_id"]
                self.posts[who] = [post for post in self.posts.get(who, []) if json.loads(post)["seq"] > each["seq"]]
                self.leased.discard(who)
            self.leased -= {*event["gone"], *event["failed"]}
            self.kicked -= {*event["gone"]}
            mine = {who: [*posts] for who, posts in self.posts.items() if posts and who not in self.leased}
            self.leased |= mine.keys()
            return {
                "deliveries": [
                    {
                        "connection_id": who,
                        "character_id": who,
                        "frames": posts,
                        "last_seq": json.loads(posts[-1])["seq"],
                    }
                    for who, posts in mine.items()
                ],
                "closing": [{"connection_id": who, "frames": ["You are here elsewhere."]} for who in self.kicked],
                "more": False,
            }


@pytest.fixture
def room() -> Room:
    return Room()


@pytest.fixture
def stack(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    monkeypatch.setattr(app, "settings", PusherSettings(desk="PostDesk"))
    aws.client.cache_clear()
    with running(tmp_path, TEMPLATE, play=room.play, desk=room.desk) as started:
        yield started
    aws.client.cache_clear()


def playing(stack: Stack) -> ClientConnection:
    [url] = stack.socket_urls.values()
    return connect(url, proxy=None)


def hear(player: ClientConnection, lines: int) -> list[str]:
    return [json.loads(player.recv(PATIENCE))["text"] for _ in range(lines)]


def test_others_hear_each_line_once_and_in_order_and_the_speaker_gets_an_answer(stack: Stack):
    said = [f"line {number}" for number in range(20)]
    with playing(stack) as ann, playing(stack) as bob, playing(stack) as cid:
        for line in said:
            ann.send(line)

        assert [ann.recv(PATIENCE) for _ in said] == [f"You say: {line}" for line in said]
        assert hear(bob, len(said)) == said
        assert hear(cid, len(said)) == said


def test_what_is_posted_before_a_connection_is_open_arrives_when_it_is(
    stack: Stack, room: Room, monkeypatch: pytest.MonkeyPatch
):
    room.late = True
    post = posting.post

    def watched(*given: Any) -> FramesResult:
        result = post(*given)
        if result.outcome is FramesOutcome.GONE:
            room.tried.set()
        return result

    monkeypatch.setattr(posting, "post", watched)

    with playing(stack) as ann:
        assert hear(ann, 1) == ["welcome"]


def test_a_connection_that_was_replaced_is_told_and_closed(stack: Stack, room: Room):
    with playing(stack) as old, playing(stack) as new:
        first, second = room.posts
        room.kicked.add(first)
        room.tell(second, "welcome back")

        assert hear(new, 1) == ["welcome back"]
        assert old.recv(PATIENCE) == "You are here elsewhere."
        with pytest.raises(ConnectionClosed):
            old.recv(PATIENCE)
    eventually(lambda: not room.kicked)
