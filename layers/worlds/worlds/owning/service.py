"""What owners decide about their worlds: made, changed, deleted, and who belongs to them. Source: worlds 6."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import UUID

from kernel.accounts.models import Identity
from kernel.database import Tx
from kernel.naming import quoted
from worlds.following import service as following
from worlds.founding import service as founding
from worlds.founding.models import NewWorld
from worlds.log.models import WorldEvent
from worlds.notices import service as notices
from worlds.owning.models import Settings
from worlds.play import closing
from worlds.time.models import DilationOutOfRange
from worlds.time.rules import FASTEST, SLOWEST
from worlds.world import queries, rules
from worlds.world import service as worlds
from worlds.world.clock import THOUSANDTHS
from worlds.world.events import (
    DilationChanged,
    MemberAdded,
    MemberRemoved,
    ThingRemoved,
    WorldChanged,
    WorldPaused,
    WorldResumed,
)
from worlds.world.models import (
    ADMIN,
    GUEST,
    LOBBY,
    OWNER,
    PUBLIC,
    Admission,
    ListedWorld,
    MemberNotFound,
    NotYourWorld,
    OwnerStays,
    SystemWorld,
    UserNotFound,
    World,
    WorldInUse,
    WorldMember,
    WorldNameTaken,
    WorldNotFound,
)


def create(tx: Tx, me: Identity, wanted: NewWorld) -> World:
    """Make a world; who makes it, owns it. One that everyone may enter gets a portal in the lobby.

    Its ground is made in the background; a small box has none, and is ready at once.

    Raises:
        WorldNameInvalid, WorldNameTaken
        MadeOneLately: one an hour; attempts that are refused do not count.
    """
    return founding.create(tx, me.account_id, wanted)


def change(tx: Tx, me: Identity, world_id: UUID, wanted: Settings) -> ListedWorld:
    """Change the settings of one's world. One that is no longer public is left by those who do not belong to it.

    Raises:
        WorldNotFound, WorldPrivate, NotYourWorld, SystemWorld, WorldNameInvalid, WorldNameTaken, DilationOutOfRange
    """
    changes = dict(wanted.changes)
    if "name" in changes:
        changes["name"] = rules.world_name(changes["name"])
    named = queries.find_named(tx, changes.get("name", ""))
    counted = queries.count_players(tx, world_id)
    world, admission = _lock(tx, me, world_id)()
    taken = named.fetchone()
    _require_owner(world, me, admission)
    if taken is not None and taken["world_id"] != world_id:
        raise WorldNameTaken(name=changes["name"])
    events = [*_settings(world, changes), *_time(world, wanted)]
    [row] = counted
    after = worlds.save(tx, world, world_id, events, _by(me)) if events else world
    if after.privacy == PUBLIC != world.privacy:
        notices.tell_of_world(tx, after)
    elif world.privacy == PUBLIC != after.privacy:
        closing.put_strangers_out(tx, world_id)
        following.hide_those_in(tx, world_id)
    return ListedWorld(after, row["players"], admission.role)


def delete(tx: Tx, me: Identity, world_id: UUID) -> None:
    """Delete one's world, with all that is in it.

    Raises:
        WorldNotFound, NotYourWorld, SystemWorld
        WorldInUse: others are inside.
    """
    world, admission = _lock(tx, me, world_id)()
    _require_owner(world, me, admission)
    if admission.inside:
        raise WorldInUse(name=world.name, others=admission.inside)
    closing.put_all_out(tx, world_id)  # the owner
    worlds.save(tx, world, world_id, rules.deletion_of(world), _by(me))


def members(tx: Tx, me: Identity, world_id: UUID, after: UUID | None, limit: int) -> list[WorldMember]:
    """Return who belongs to a world, in the order in which they came; for those who invite.

    Raises:
        WorldNotFound, NotYourWorld
    """
    rows = queries.list_members(tx, world_id, after, limit)
    found = queries.find(tx, world_id)
    asked = queries.find_admission(tx, world_id, me.account_id)
    world, admission = _read(found.fetchone(), asked.fetchone(), me)
    if not rules.invites(world, me.account_id, admission):
        raise NotYourWorld(name=world.name)
    return [queries.read_member(row) for row in rows]


def owned(tx: Tx, me: Identity, world_id: UUID) -> World:
    """Return one's own world, as it is now.

    Raises:
        WorldNotFound, WorldPrivate, NotYourWorld, SystemWorld
    """
    found = queries.find(tx, world_id)
    asked = queries.find_admission(tx, world_id, me.account_id)
    world, admission = _read(found.fetchone(), asked.fetchone(), me)
    _require_owner(world, me, admission)
    return world


def invite(tx: Tx, me: Identity, world_id: UUID, name: str, role: str = GUEST) -> WorldMember:
    """Let someone belong to a world, or give them another role there.

    Args:
        name: their user name. An e-mail address is refused like a name that does not exist: it is no one's business who
            has an account.
        role: guest, or admin, who may bring guests, too.

    Raises:
        WorldNotFound, WorldPrivate, NotYourWorld, SystemWorld, UserNotFound, OwnerStays
    """
    locked = _lock(tx, me, world_id)
    found = queries.find_account(tx, world_id, name)
    world, admission = locked()
    account = found.fetchone()
    _require_inviting(world, me, admission, role)
    if account is None:
        raise UserNotFound(typed=quoted(name))
    if account["account_id"] == world.owner_id:
        raise OwnerStays(name=world.name)
    _require_inviting(world, me, admission, account["role"] or GUEST)
    if account["role"] != role:
        added = MemberAdded(world_id=world_id, account_id=account["account_id"], role=role)
        notices.tell_of_membership(tx, worlds.save(tx, world, world_id, [added], _by(me)), account["account_id"])
    return WorldMember(account["account_id"], account["user_name"], role, account["since"] or tx.now)


def remove(tx: Tx, me: Identity, world_id: UUID, account_id: UUID) -> None:
    """Let someone no longer belong to a world; members may go by themselves. A world that is not public they leave.

    Raises:
        WorldNotFound, NotYourWorld, SystemWorld, MemberNotFound, OwnerStays
    """
    locked = _lock(tx, me, world_id)
    found = queries.find_member(tx, world_id, account_id)
    world, admission = locked()
    member = found.fetchone()
    if account_id != me.account_id:
        _require_inviting(world, me, admission, member["role"] if member else GUEST)
    if member is None:
        raise MemberNotFound(name=world.name)
    if account_id == world.owner_id:
        raise OwnerStays(name=world.name)
    worlds.save(tx, world, world_id, [MemberRemoved(world_id=world_id, account_id=account_id)], _by(me))
    if world.privacy != PUBLIC:
        closing.put_out(tx, world_id, account_id)


def _settings(world: World, changes: Mapping[str, Any]) -> Iterator[WorldEvent]:
    now: dict[str, Any] = {
        "name": world.name,
        "privacy": world.privacy,
        "seats": world.seats,
        "hours_per_day": world.time.hours_per_day,
    }
    then = {**now, **changes}
    if then == now:
        return
    yield WorldChanged(world_id=world.world_id, **then)
    name, is_public = then["name"], then["privacy"] == PUBLIC
    if (name, is_public) == (world.name, world.privacy == PUBLIC):
        return
    if world.privacy == PUBLIC:
        yield ThingRemoved(world_id=LOBBY, entity_id=rules.portal_id(world.world_id))
    if is_public:
        yield rules.portal_of(world.world_id, name)


def _time(world: World, wanted: Settings) -> Iterator[WorldEvent]:
    if wanted.dilation is not None:
        if not SLOWEST <= wanted.dilation <= FASTEST:  # NaN is not within it either
            raise DilationOutOfRange(dilation=wanted.dilation)
        dilation = round(wanted.dilation * THOUSANDTHS)
        if dilation != world.time.dilation * THOUSANDTHS:
            yield DilationChanged(world_id=world.world_id, dilation=dilation)
    if wanted.paused is not None and wanted.paused != world.time.is_paused:
        yield WorldPaused(world_id=world.world_id) if wanted.paused else WorldResumed(world_id=world.world_id)


def _lock(tx: Tx, me: Identity, world_id: UUID) -> Callable[[], tuple[World, Admission]]:
    """Lock a world, which comes with the next round trip; what is asked after this holds as long as it is locked."""
    found = queries.lock(tx, world_id)
    asked = queries.find_admission(tx, world_id, me.account_id)
    return lambda: _read(found.fetchone(), asked.fetchone(), me)


def _read(row: dict[str, Any] | None, asked: dict[str, Any] | None, me: Identity) -> tuple[World, Admission]:
    if row is None or asked is None:
        raise WorldNotFound
    world, admission = queries.read(row), queries.read_admission(asked, is_admin=me.is_admin)
    rules.require_known(world, me.account_id, admission)
    return world, admission


def _require_owner(world: World, me: Identity, admission: Admission) -> None:
    if world.is_system:
        raise SystemWorld(name=world.name)
    if not rules.owns(world, me.account_id, admission):
        raise NotYourWorld(name=world.name)


def _require_inviting(world: World, me: Identity, admission: Admission, role: str) -> None:
    """Refuse who may not give or take a role: those who are no owner bring guests only."""
    if world.is_system:
        raise SystemWorld(name=world.name)
    allowed = rules.owns if role in (OWNER, ADMIN) else rules.invites
    if not allowed(world, me.account_id, admission):
        raise NotYourWorld(name=world.name)


def _by(me: Identity) -> dict[str, str]:
    return {"actor": str(me.account_id)}
