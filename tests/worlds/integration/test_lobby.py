"""The lobby, where everyone arrives. Source: worlds 5 and 6."""

from __future__ import annotations

from kernel.database import Tx
from tests.support.worlds import code, come_to_lobby, connect, texts, told
from worlds.entering import service as entering


def test_a_newcomer_stands_in_the_lobby_as_a_ghost_and_sees_the_statue(tx: Tx):
    ann = come_to_lobby(tx)

    body = ann.character(tx)

    assert (body.name, body.role, body.position) == ("Ghost", "ghost", (50, 20, 0))
    assert body.is_present
    seen = told(tx, ann)
    assert seen[0]["text"].startswith("Welcome, Ghost.")
    assert "statue" in seen[1]["text"]
    assert entering.where(tx, ann.me).stage == "in_game"


def test_walking_in_the_lobby_costs_no_stamina_and_stops_at_walls_and_at_the_statue(tx: Tx):
    ann = come_to_lobby(tx)

    assert texts(ann.types(tx, "w 3")) == ["You go west."]
    assert ann.character(tx).position == (20, 20, 0)
    assert texts(ann.types(tx, "ne")) == ["You go northeast."]
    assert ann.character(tx).position == (30, 30, 0)
    assert code(ann.types(tx, "w 4")) == "MOVEMENT_BLOCKED"
    assert ann.character(tx).position == (30, 30, 0)
    ann.types(tx, "e 2")
    ann.types(tx, "n")
    [refusal] = ann.types(tx, "n")
    assert refusal["data"] == {"code": "MOVEMENT_BLOCKED", "message": "Something is in the way: old statue."}


def test_the_statue_of_the_lobby_is_meant_by_all_that_one_may_call_it(tx: Tx):
    """Source: worlds 5, acceptance 1."""
    ann = come_to_lobby(tx)

    seen = [texts(ann.types(tx, line)) for line in ("l statue", "look at the old statue", "examine old statue")]

    assert seen[0] == seen[1] == seen[2]
    assert "An old statue with open hands." in seen[0][0]
    [asked, again] = [texts(ann.types(tx, f"tell {name}")) for name in ("statue", "old statue")]
    assert asked == again == ["What is your world about? Tell me its idea, and the mood that it has."]


def test_what_one_says_is_heard_by_those_who_are_near(tx: Tx):
    ann, bob = come_to_lobby(tx), come_to_lobby(tx)

    assert texts(ann.types(tx, "say Hello there")) == ["You say: Hello there"]

    assert told(tx, bob)[-1]["text"] == "Ghost says: Hello there"
    line = told(tx, ann)[-1]
    assert line["text"] == f"{bob.character(tx).name} is here now."
    assert [each["id"] for each in line["metadata"]["entities"]] == [str(bob.character_id)]


def test_a_repeated_command_is_answered_again_and_done_once(tx: Tx):
    ann = come_to_lobby(tx)

    first = ann.types(tx, "e", "one")
    again = ann.types(tx, "e", "one")

    assert again[:-1] == first[:-1]
    assert first[-1]["type"] == again[-1]["type"] == "around_update"
    assert ann.character(tx).position == (60, 20, 0)


def test_each_line_is_sent_again_once_to_someone_who_comes_back_however_often(tx: Tx):
    ann = come_to_lobby(tx)
    said = ann.types(tx, "say remember this", "c-1")
    ann.types(tx, "e", "c-2")

    for _ in range(3):
        tx.execute("UPDATE worlds.posts SET delivered_at = now()")
        ann = connect(tx, ann.me, ann.character_id)

    rows = tx.execute("SELECT envelope FROM worlds.posts WHERE delivered_at IS NULL AND envelope ? 'again'").fetchall()
    again = [row["envelope"] for row in rows]
    assert [each["data"] for each in again].count(said[0]["data"]) == 1
    assert {each["type"] for each in again} == {"game_message"}
    assert not any("command_id" in each for each in again)
