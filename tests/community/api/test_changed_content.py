"""Content that is removed, retired or renamed while players own, stake, craft, arm and vote on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from community.catalog.content import items
from community.crafting.content import upgrades
from community.crafting.service import upgrade_item
from community.gambles.service import join_gamble, start_gamble
from community.items.service import use_item
from community.jobs.content import jobs
from community.messages.service import handle_message
from community.players.models import PlayerRef
from community.preparation import prepare
from community.progression import service as progression
from community.progression.content import tree
from community.voting import cycle
from community.voting.ballots import cast_ballot
from functions.shared.clock.app import CHORES, do_all
from kernel import connections as database
from kernel.content.errors import ContentError
from kernel.database import Connection, Tx, connect, transaction
from local.stack.postgres import Postgres
from tests.community.api.test_every_route import ROUTES
from tests.support.api import Answer, handler_of, proxy_event
from tests.support.changed_content import (
    KINDS,
    Change,
    changed_content,
    names_of,
    renamed,
    retired,
    without,
)
from tests.support.factories import hold_target, make_player, study

ALICE = PlayerRef("twitch", "alice-id", "alice")
BOB = PlayerRef("twitch", "bob-id", "bob")
CAROL = PlayerRef("twitch", "carol-id", "carol")
ACCOUNT = {"platform": "twitch", "platform_id": "alice-id", "username": "alice"}
OPTIONS = ("feature_filter_sellable", "feature_filter_upgrade", "item_cannon")
TARGET = "feature_filter_consumable"
LOCKED = (*OPTIONS, TARGET)
BOX = "lootbox_tier1"
ITEM_ACTIONS = ("use", "upgrade", "disassemble", "sell", "buy", "remove", "add")
WAYS: Mapping[str, Callable[[str, str], Change]] = {
    "removed": without,
    "retired": retired,
    "renamed": lambda kind, name: renamed(kind, name, f"{name}_anew"),
}


@pytest.fixture(scope="module")
def full_database(postgres: Postgres, template_database: str) -> str:
    """The name of a database in which players have some of everything; for copying only."""
    name = f"full_{uuid4().hex}"
    with (
        closing(connect(postgres.create_database(name, template_database))) as conn,
        transaction(conn, rng=Random(1)) as tx,
    ):
        _fill(tx)
    return name


def _fill(tx: Tx) -> None:
    hold_target(tx)
    for node in tree.nodes.values():
        if node.key not in LOCKED:
            progression.add_levels(tx, node, range(1, node.max_level + 1), "admin")
    progression.renew_state_version(tx)
    everything = dict.fromkeys(items.by_name, 500)
    for ref in (ALICE, BOB, CAROL):
        make_player(tx, str(ref.username), platform_id=ref.platform_id, money=400_000, items=everything)
    for job in jobs.by_key:
        study(tx, ALICE, job, 100_000)
    for recipe in upgrades.by_key:
        tx.execute(
            "INSERT INTO user_unlocked_recipes SELECT user_id, %s, now() FROM users ON CONFLICT DO NOTHING", (recipe,)
        )
    for item in ("firepot", "mirror", "cannon"):
        upgrade_item(tx, ALICE, item, 1)
    for item, target in (("spike", None), ("snare", "carol"), ("buckler", None), ("mirror", None), ("barrel", None)):
        use_item(tx, ALICE, item, 1, target)
    gamble = start_gamble(tx, ALICE, [(BOX, 5)])
    join_gamble(tx, BOB, gamble.gamble_id)
    for ref in (ALICE, BOB, CAROL):
        handle_message(tx, ref, "hello")
    _set_vote(tx)
    for ref, option in zip((ALICE, BOB, CAROL), OPTIONS, strict=True):
        cast_ballot(tx, ref, node_key=option)
    tx.execute("INSERT INTO user_achievements SELECT user_id, 'collector', 1, now() FROM users ON CONFLICT DO NOTHING")


def _set_vote(tx: Tx) -> None:
    """Open a round on `OPTIONS`, with `TARGET` as the target."""
    cycle.ensure_current(tx)
    tx.execute("DELETE FROM voting_sessions")
    tx.execute(
        "UPDATE unlock_progress SET target_level = 1, voting_session_id = NULL,"
        " node_id = (SELECT node_id FROM progression_nodes WHERE node_key = %s)",
        (TARGET,),
    )
    tx.execute("INSERT INTO voting_sessions VALUES (7, 'voting', now(), now())")
    tx.execute(
        "INSERT INTO voting_options (option_id, session_id, position, node_id, target_level)"
        " SELECT 70 + place, 7, place, node_id, 1 FROM unnest(%s::text[]) WITH ORDINALITY AS o (node_key, place)"
        " JOIN progression_nodes USING (node_key)",
        (list(OPTIONS),),
    )


@pytest.fixture
def town(postgres: Postgres, full_database: str) -> Callable[[], Any]:
    """`with town() as conn:` a copy of the full database, as this thread's environment."""

    @contextmanager
    def copy() -> Iterator[Connection]:
        name = f"town_{uuid4().hex}"
        with pytest.MonkeyPatch.context() as patch:
            with closing(connect(postgres.create_database(name, full_database))) as conn:
                patch.setattr(database._environment, "connection", conn, raising=False)
                yield conn
            postgres.drop_database(name)

    return copy


Town = Callable[[], Any]


def call(method: str, path: str, body: Any = None, **options: Any) -> Answer:
    answer = handler_of(path)(proxy_event(method, path, body, **options), None)
    return Answer(answer["statusCode"], answer["headers"], answer["body"])


def play(conn: Connection, kind: str, name: str) -> list[str]:
    """Look at everything, do something with everything, and let time pass. Returns the errors."""
    query = {**ACCOUNT, "user": "alice", "item": name, "item_name": name, "job_key": name, "event_type": "item_sold"}
    answers = {
        f"{method} {path}": call(method, path, query=query)
        for method, path in ROUTES
        if method == "GET" and not path.endswith(("/x", "/admin/letters"))  # which asks queues, and knows no content
    }
    acted = ACCOUNT | {"item_name": name, "item": name, "quantity": 1}
    node = {"node_key": name}
    given = {"owner_platform": "twitch", "owner_platform_id": "alice-id", "owner": "alice", "receiver": "bob"}
    bodies = [
        *(
            (f"user/item/{action}", acted)
            for action in ("use", "upgrade", "disassemble", "sell", "buy", "remove", "add")
        ),
        ("user/item/use", acted | {"target_user": "bob"}),
        ("user/item/give", given | {"receiver_platform": "twitch", "item_name": name, "quantity": 1}),
        ("gamble/join", ACCOUNT),
        ("crafting/cancel", ACCOUNT),
        ("jobs/award-xp", ACCOUNT | {"job_key": name, "xp_amount": 5}),
        ("admin/recipes/unlock", ACCOUNT | {"recipe_key": name}),
        ("progression/vote", ACCOUNT | node),
        ("progression/admin/instant-unlock", {}),
        ("progression/admin/relock", node),
        ("progression/admin/unlock", node),
        ("user/search", ACCOUNT),
        ("message/handle", ACCOUNT | {"message": "hello"}),
        ("quests/claim", ACCOUNT | {"quest_id": 1}),
    ]
    answers |= {path: call("POST", f"/api/v1/{path}", body) for path, body in bodies}
    with transaction(conn) as tx:
        tx.execute("UPDATE gambles SET join_deadline = now() - interval '1 second' WHERE executed_at IS NULL")
        tx.execute("UPDATE armed_blasts SET chatters = 1")
        tx.execute("UPDATE active_chatters SET last_message_at = last_message_at + interval '1 minute'")
        tx.execute("UPDATE deliveries SET due_at = now() - interval '1 second'")
        tx.execute("UPDATE unlock_progress SET starts_at_points = -1000000 WHERE unlocked_at IS NULL")
    do_all([chore for chore in CHORES if chore != "relay"])
    answers |= {f"later: {path}": call("GET", path, query=query) for path in ("/api/v1/user/inventory",)}
    answers["later: a ballot"] = call("POST", "/api/v1/progression/vote", ACCOUNT | {"option_index": 1})
    return [f"{kind} {name}: {path}: {answer.text}" for path, answer in answers.items() if answer.status >= 500]


def try_out(town: Town, folder: Path, way: str, kind: str, name: str) -> str:
    """Start with the changed content. Returns the refusal, or "" after everything has worked."""
    with town() as conn, changed_content(folder, WAYS[way](kind, name)):
        try:
            with transaction(conn) as tx:
                prepare(tx)
        except ContentError as error:
            return str(error)
        assert play(conn, kind, f"{name}_anew" if way == "renamed" else name) == []
        return ""


ADVICE = ("retired", "renamed_from", ' named "', "the game itself", "can be unlocked before it")


@pytest.mark.parametrize(
    ("way", "kind", "name", "refusal"),
    [
        ("removed", "item", "item_lens", 'the item "item_lens" is owned by players, but is missing in this file'),
        ("retired", "item", BOX, ""),
        ("renamed", "item", "guard_mirror", ""),
        ("removed", "node", OPTIONS[0], ""),
        ("removed", "node", "feature_gamble", 'the node "feature_gamble" is unlocked, but is missing'),
        ("retired", "node", TARGET, ""),
        ("renamed", "node", OPTIONS[2], ""),
        ("renamed", "node", "feature_economy", 'no code, item, job or recipe knows "feature_economy_anew"'),
        ("removed", "recipe", "weapon_cannon", 'the recipe "weapon_cannon" is known to players, but is missing'),
        ("renamed", "recipe", "guard_mirror", ""),
        ("retired", "job", "merchant", ""),
        ("removed", "job", "scholar", 'no job "scholar", in which the game itself awards experience'),
    ],
)
def test_a_change_is_refused_with_advice_or_everything_works(
    town: Town, tmp_path: Path, way: str, kind: str, name: str, refusal: str
):
    answer = try_out(town, tmp_path / "configs", way, kind, name)

    if refusal:
        assert refusal in answer
    else:
        assert answer == ""


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", KINDS)
def test_every_entry_can_be_changed_or_its_change_is_refused_with_advice(
    town: Town, tmp_path: Path, way: str, kind: str
):
    with changed_content(tmp_path / "shipped") as documents:
        names = names_of(documents, kind)

    refusals = {name: try_out(town, tmp_path / name, way, kind, name) for name in names}

    assert [text for text in refusals.values() if text and not any(word in text for word in ADVICE)] == []
    assert [text for text in refusals.values() if "\n" in text] == []
    print(way, kind, {name: text for name, text in refusals.items() if text})
