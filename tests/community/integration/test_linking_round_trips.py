"""Each step is one look and one save; a confirmation looks twice, for only the code knows who claimed it."""

from collections.abc import Callable

from community.linking.service import claim_link, confirm_link, confirm_unlink, request_unlink, start_link
from community.players.models import PlayerRef
from kernel.database import Tx, transaction
from tests.support.factories import make_player
from tests.support.round_trips import counted

WARM = 6  # by then every statement is prepared


def test_the_steps_of_a_merge_and_its_undoing(database_url: str):
    taken: dict[str, int] = {}

    with counted(database_url) as (conn, wire):

        def step(name: str, deed: Callable[[Tx], object]) -> None:
            before = wire.round_trips()
            with transaction(conn) as tx:
                deed(tx)
            taken[name] = wire.round_trips() - before

        def play(alice: PlayerRef, bob: PlayerRef) -> None:
            codes: list[str] = []
            step("initiate", lambda tx: codes.append(start_link(tx, alice).token))
            step("claim", lambda tx: claim_link(tx, codes[0], bob))
            step("confirm", lambda tx: confirm_link(tx, alice))
            step("unlink", lambda tx: request_unlink(tx, alice, "discord"))
            step("unlink, confirmed", lambda tx: confirm_unlink(tx, alice, "discord"))

        for number in range(WARM):
            with transaction(conn) as tx:
                alice = make_player(tx, f"alice{number}", money=5)
                bob = make_player(tx, f"bob{number}", platform="discord", money=7)
            play(alice, bob)

    assert taken == {"initiate": 2, "claim": 2, "confirm": 3, "unlink": 2, "unlink, confirmed": 2}
