"""Who is told of new worlds and of sign-ins, once; reading, preferences and devices. Source: worlds 26."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest

from functions.shared.accounts import products
from functions.shared.clock_retention.app import DELETIONS
from kernel.accounts.models import Device, Identity
from kernel.database import Connection, Tx, transaction
from tests.support.grounds import start_world
from tests.support.outside import run_due
from tests.support.people import make_account, make_someone, sign_in
from tests.support.races import race_of
from tests.support.worlds import come_to_lobby, make_world, told
from worlds.building import service as building
from worlds.building.kinds import KINDS
from worlds.founding.models import NewWorld
from worlds.notices import queries, retention
from worlds.notices import service as notices
from worlds.notices.models import NoSuchDevice, NoticePreferences
from worlds.notices.queries import MOST_DEVICES
from worlds.owning import service as owning
from worlds.owning.models import Settings
from worlds.space.models import LOBBY
from worlds.world import service as worlds
from worlds.world.events import MemberAdded
from worlds.world.models import World

HOME = Device("192.0.2.1", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/133.0")
AWAY = Device("198.51.100.9", "curl/8.5.0")
TO_ALL = NoticePreferences("public")
TO_NONE = NoticePreferences("none", user_signin=False)


@pytest.fixture
def ann(tx: Tx) -> Identity:
    return make_someone(tx, "Ann").identity


@pytest.fixture
def bob(tx: Tx) -> UUID:
    return make_account(tx, "Bob")


def make(tx: Tx, me: Identity, name: str = "Aether", **fields: Any) -> World:
    """Make a world: as small as the lobby, so without ground of its own, and ready."""
    tx.execute("DELETE FROM kernel.rate_windows")  # of the world that was made in this hour
    return owning.create(tx, me, NewWorld(name=name, space=LOBBY, **fields))


def titles(tx: Tx, account_id: UUID) -> list[str]:
    return [each.title for each in notices.list_of(tx, account_id, 100)[0]]


def log_in(tx: Tx, account_id: UUID, device: Device) -> Identity:
    """As the door does, but for the password."""
    someone = sign_in(tx, account_id).identity
    tx.execute(
        "UPDATE kernel.sessions SET address = %s, user_agent = %s WHERE session_id = %s",
        (device.address, device.user_agent, someone.session_id),
    )
    notices.tell_of_sign_in(tx, someone, device)
    return someone


def test_a_new_public_world_is_news_to_those_who_want_all_of_them_and_not_to_its_maker(
    tx: Tx, ann: Identity, bob: UUID
):
    other = make_account(tx)
    notices.prefer(tx, bob, TO_ALL)
    notices.prefer(tx, ann.account_id, TO_ALL)

    world = make(tx, ann)

    [notice], unread = notices.list_of(tx, bob, 10)
    assert (notice.type, notice.title, unread) == ("new_world", "A new world: Aether", 1)
    assert notice.body == "It is open to everyone. In the lobby, type: enter Aether"
    assert notice.metadata == {"world_id": str(world.world_id), "world": "Aether", "role": None}
    assert titles(tx, other) == titles(tx, ann.account_id) == []


def test_a_member_is_told_once_however_often_they_are_invited_and_by_the_worlds_name_of_now(
    tx: Tx, ann: Identity, bob: UUID
):
    world = make(tx, ann, privacy="private")

    owning.invite(tx, ann, world.world_id, "Bob")
    owning.invite(tx, ann, world.world_id, "Bob", "admin")
    owning.change(tx, ann, world.world_id, Settings(changes={"name": "Ether", "privacy": "public"}))

    [notice], _ = notices.list_of(tx, bob, 10)
    assert (notice.title, notice.metadata["role"]) == ("A new world: Ether", "guest")
    assert "You are a member of it." in notice.body
    owning.delete(tx, ann, world.world_id)
    assert notices.list_of(tx, bob, 10) == ([], 0)


def test_a_world_that_becomes_public_is_news_and_one_that_is_not_public_is_none_to_strangers(
    tx: Tx, ann: Identity, bob: UUID
):
    notices.prefer(tx, bob, TO_ALL)
    world = make(tx, ann, privacy="invite")
    assert titles(tx, bob) == []

    for privacy in ("public", "private", "public"):
        owning.change(tx, ann, world.world_id, Settings(changes={"privacy": privacy}))

    assert titles(tx, bob) == ["A new world: Aether"]


def test_those_who_want_no_worlds_or_no_sign_ins_are_not_told(tx: Tx, ann: Identity, bob: UUID):
    notices.prefer(tx, bob, TO_NONE)

    owning.invite(tx, ann, make(tx, ann).world_id, "Bob")
    log_in(tx, bob, AWAY)

    assert notices.preferences(tx, bob) == TO_NONE
    assert titles(tx, bob) == []
    assert notices.preferences(tx, ann.account_id) == NoticePreferences("mine", user_signin=True)


def test_while_a_world_is_being_made_no_one_is_told_and_its_owner_and_members_are_once_it_is_ready(
    tx: Tx, ann: Identity, bob: UUID
):
    world = start_world(tx, owner_id=ann.account_id)
    members = [MemberAdded(world_id=world.world_id, account_id=ann.account_id, role="owner")]
    world = worlds.save(tx, world, world.world_id, members)
    owning.invite(tx, ann, world.world_id, "Bob")
    assert titles(tx, bob) == []
    building.begin(tx, world)

    run_due(tx, KINDS)

    assert titles(tx, bob) == titles(tx, ann.account_id) == [f"A new world: {world.name}"]
    assert notices.list_of(tx, ann.account_id, 1)[0][0].body.startswith("Your world is ready.")


def test_a_world_is_told_to_a_limited_number_and_to_its_members_first(
    tx: Tx, ann: Identity, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(queries, "MOST_TOLD", 3)
    strangers, members = [make_account(tx) for _ in range(3)], [make_account(tx) for _ in range(2)]
    for number, each in enumerate(strangers):
        notices.prefer(tx, each, TO_ALL)
        tx.execute(
            "UPDATE kernel.accounts SET last_log_in_at = %s WHERE account_id = %s",
            (tx.now + timedelta(days=number), each),
        )
    added = [MemberAdded(world_id=uuid4(), account_id=each, role="guest") for each in members]
    world = make_world(tx, owner_id=ann.account_id)
    worlds.save(tx, world, world.world_id, [each.model_copy(update={"world_id": world.world_id}) for each in added])

    notices.tell_of_world(tx, world)

    assert [len(titles(tx, each)) for each in (*members, *strangers)] == [1, 1, 0, 0, 1]


def test_an_account_that_is_being_deleted_is_waited_for_by_no_one(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        ann, bob = make_someone(tx, "Ann").identity, make_someone(tx, "Bob").identity
        cleo = make_account(tx)
        notices.prefer(tx, bob.account_id, TO_ALL)
        notices.prefer(tx, cleo, TO_ALL)

    with race_of(1, database_url) as race, transaction(conn) as tx:
        products.forget(tx, bob.account_id)
        tx.execute("SELECT").fetchall()
        race(lambda tx: make(tx, ann))

    with transaction(conn) as tx:
        assert (titles(tx, bob.account_id), titles(tx, cleo)) == ([], ["A new world: Aether"])


def test_a_sign_in_from_somewhere_new_is_news_once(tx: Tx, bob: UUID):
    sign_in(tx, bob)

    for _ in range(2):
        log_in(tx, bob, AWAY)
        tx.execute("DELETE FROM kernel.sessions")  # they are deleted a day after their end

    [notice], _ = notices.list_of(tx, bob, 10)
    assert (notice.type, notice.title) == ("user_signin", "A sign-in to your account from a new device or address")
    assert notice.body.startswith("curl, from 198.51.100.9. If it was not you, choose a new password")
    assert notice.metadata == {"address": "198.51.100.9", "device": "curl"}


@pytest.mark.parametrize(
    ("device", "is_news"),
    [
        (HOME, False),
        (Device("192.0.2.2", HOME.user_agent), True),
        (Device(HOME.address, AWAY.user_agent), True),
        (Device("", ""), True),
    ],
)
def test_what_shows_that_one_was_there_before(tx: Tx, bob: UUID, device: Device, is_news: bool):
    log_in(tx, bob, HOME)
    notices.read_all(tx, bob)
    tx.execute("DELETE FROM worlds.notifications")

    log_in(tx, bob, device)  # an earlier session is there

    assert bool(titles(tx, bob)) == is_news
    tx.execute("DELETE FROM worlds.notifications")
    tx.execute("DELETE FROM kernel.sessions")
    notices.register(tx, bob, "token", "web", "", HOME)

    log_in(tx, bob, device)

    assert bool(titles(tx, bob)) == is_news


def test_another_address_of_the_same_household_is_the_same_place(tx: Tx, bob: UUID):
    notices.register(tx, bob, "token", "web", "", Device("2001:db8::1", "x"))

    log_in(tx, bob, Device("2001:db8::2", "x"))
    assert titles(tx, bob) == []
    log_in(tx, bob, Device("2001:db8:0:1::2", "x"))

    assert len(titles(tx, bob)) == 1


def test_who_is_connected_hears_of_it_and_owners_hear_of_their_world_from_its_makers_alone(tx: Tx):
    ann, bob, cleo = come_to_lobby(tx, "Ann"), come_to_lobby(tx, "Bob"), come_to_lobby(tx)
    world = start_world(tx, owner_id=ann.me.account_id)
    added = [MemberAdded(world_id=world.world_id, account_id=ann.me.account_id, role="owner")]
    world = worlds.save(tx, world, world.world_id, added)
    owning.invite(tx, ann.me, world.world_id, "Bob")
    building.begin(tx, world)

    run_due(tx, KINDS)
    log_in(tx, bob.me.account_id, AWAY)

    found = {each.type: each.notification_id for each in notices.list_of(tx, bob.me.account_id, 10)[0]}
    of_world, of_sign_in = told(tx, bob)[-2:]
    assert of_world["text"].startswith(f"There is a new world for you: {world.name}.")
    assert of_world["metadata"] == {
        "notification_type": "new_world",
        "notification_id": found["new_world"],
        "world_id": str(world.world_id),
    }
    assert "curl, from 198.51.100.9." in of_sign_in["text"]
    assert of_sign_in["metadata"]["notification_id"] == found["user_signin"]
    assert not any("notification_type" in each["metadata"] for each in (*told(tx, ann), *told(tx, cleo)))
    assert told(tx, ann)[-1]["text"] == f"{world.name} is ready. You can enter it now."


def test_26_5_reading_twice_lowers_the_unread_count_once(tx: Tx, bob: UUID):
    log_in(tx, bob, AWAY)
    log_in(tx, bob, HOME)
    notice = notices.list_of(tx, bob, 1)[0][0].notification_id

    assert notices.read_one(tx, bob, notice) == (True, 1)
    assert notices.read_one(tx, bob, notice) == (False, 1)
    assert [each.notification_id for each in notices.list_of(tx, bob, 10, only_unread=True)[0]] == [notice - 1]
    assert (notices.read_all(tx, bob), notices.read_all(tx, bob)) == (1, 0)
    assert notices.list_of(tx, bob, 10)[1] == 0


def test_26_5_also_on_several_connections_at_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        bob = make_account(tx)
        log_in(tx, bob, AWAY)
        log_in(tx, bob, HOME)
        notice = notices.list_of(tx, bob, 1)[0][0].notification_id

    with race_of(4, database_url) as race:
        answers = race(*[lambda tx: notices.read_one(tx, bob, notice)] * 4)

    assert sorted(map(str, answers)) == ["(False, 1)", "(False, 1)", "(False, 1)", "(True, 1)"]


def test_sign_ins_at_the_same_moment_are_told_once(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        bob = come_to_lobby(tx)

    with race_of(4, database_url) as race:
        race(*[lambda tx: log_in(tx, bob.me.account_id, AWAY)] * 4)

    with transaction(conn) as tx:
        assert notices.list_of(tx, bob.me.account_id, 10)[1] == 1
        assert len([each for each in told(tx, bob) if "notification_id" in each["metadata"]]) == 1


def test_a_stranger_reads_nothing_and_pages_follow_each_other(tx: Tx, ann: Identity, bob: UUID):
    for number in range(5):
        log_in(tx, bob, Device(f"192.0.2.{number}", "x"))
    seen: list[int] = []
    while page := notices.list_of(tx, bob, 2, after=seen[-1] if seen else None)[0]:
        seen += [each.notification_id for each in page]

    assert (len(seen), seen) == (5, sorted(set(seen), reverse=True))
    assert notices.read_one(tx, ann.account_id, seen[0]) == (False, 0)
    assert notices.list_of(tx, bob, 1)[1] == 5


def test_a_device_is_registered_once_and_the_least_recently_seen_of_too_many_gives_way(tx: Tx, bob: UUID):
    first = notices.register(tx, bob, "first", "ios", "Phone", AWAY)
    for number in range(MOST_DEVICES):
        tx.now += timedelta(seconds=1)
        notices.register(tx, bob, "first", "ios", "Bob's phone", AWAY)
        tx.now += timedelta(seconds=1)
        notices.register(tx, bob, f"browser {number}", "web", f"{number}", HOME)

    listed = notices.devices(tx, bob)
    assert [each.name for each in listed] == ["9", "Bob's phone", *"87654321"]
    assert (listed[1].device_id, listed[1].registered_at) == (first.device_id, first.registered_at)
    with pytest.raises(NoSuchDevice):
        notices.unregister(tx, make_account(tx), first.device_id)
    notices.unregister(tx, bob, first.device_id)
    with pytest.raises(NoSuchDevice):
        notices.unregister(tx, bob, first.device_id)


def test_devices_that_are_registered_at_the_same_moment_are_not_too_many(conn: Connection, database_url: str):
    with transaction(conn) as tx:
        bob = make_account(tx)
        for number in range(MOST_DEVICES - 1):
            notices.register(tx, bob, str(number), "web", "", HOME)

    with race_of(4, database_url) as race:
        race(*[partial(notices.register, account_id=bob, token=f"new {n}", platform="web", name="", place=HOME)
               for n in range(4)])  # fmt: skip

    with transaction(conn) as tx:
        assert len(notices.devices(tx, bob)) == MOST_DEVICES


def test_notifications_and_unseen_devices_are_kept_for_ninety_days(tx: Tx, bob: UUID):
    log_in(tx, bob, AWAY)
    notices.register(tx, bob, "token", "web", "", HOME)

    tx.now += retention.KEPT
    DELETIONS["notifications"](tx)
    assert (len(titles(tx, bob)), len(notices.devices(tx, bob))) == (1, 1)
    tx.now += timedelta(seconds=1)
    DELETIONS["notifications"](tx)

    assert (titles(tx, bob), notices.devices(tx, bob)) == ([], [])


def test_what_an_account_was_told_goes_with_it(tx: Tx):
    bob = come_to_lobby(tx, "Bob").me
    notices.prefer(tx, bob.account_id, TO_ALL)
    notices.register(tx, bob.account_id, "token", "web", "", HOME)
    log_in(tx, bob.account_id, AWAY)

    products.forget(tx, bob.account_id)
    tx.execute("DELETE FROM kernel.accounts WHERE account_id = %s", (bob.account_id,))

    for table in ("notifications", "notification_preferences", "devices"):
        assert tx.execute(f"SELECT FROM worlds.{table}").fetchall() == []
