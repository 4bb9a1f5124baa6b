"""The summary of the evening."""

from __future__ import annotations

from statistics import median

from local.demo.evening import AT_ONCE, Evening
from local.demo.ledger import MONEY, Difference, Holdings
from local.demo.points import Account, account_for, repeated_unlocks
from local.demo.stream_listener import StreamListener

_WORDS = {
    "before": "before",
    "handed out": "handed out",
    "bought": "spent on buying",
    "sold": "earned by selling",
    "opened": "found in boxes",
    "won": "won in the gamble",
    "crafting": "spent on crafting",
    "crafted": "got by taking apart",
    "rewarded": "for achievements",
}
_ITEM_WORDS = {
    "before": "before",
    "handed out": "handed out",
    "found": "found",
    "bought": "bought",
    "sold": "sold",
    "used": "used",
    "opened": "found in boxes",
    "staked": "staked",
    "won": "won",
    "crafting": "worked up",
    "crafted": "made",
    "rewarded": "for achievements",
}
_CONTRIBUTION_WORDS = {"message": "lines of chat", "vote_cast": "votes", "search_performed": "searches"}
SHOWN = 5


def report(evening: Evening, listener: StreamListener | None = None) -> bool:
    """Print the summary; returns whether every answer was as planned and the game holds what its answers promised.

    Args:
        listener: must have received each event of the evening exactly once.
    """
    evening.read_events()
    holdings = evening.read_holdings()
    differences = evening.ledger.differences(holdings)
    done, score = evening.read_contributions()
    miscounts = evening.contributions.differences(done)
    account = account_for(evening.points, evening.game, score, evening.log)
    evening.faults += _wrong_points(evening, account)
    if listener is not None:
        evening.faults += _stream_faults(evening, listener)
    say = evening.chat.report
    evening.chat.heading("The evening is over")
    people = len({viewer.user_id for viewer in evening.viewers})
    say(f"  viewers    {len(evening.viewers)} accounts, {people} players")
    say(f"  refused    {_refusals(evening)}")
    say(f"  requests   {_speed(evening)}")
    say(f"  money      {_sum(evening.ledger.money_flows(), _WORDS)} = {_total(holdings, money=True)} now")
    say(f"  items      {_sum(evening.ledger.item_flows(), _ITEM_WORDS)} = {_total(holdings, money=False)} now")
    say(f"  chat       {_contributions(evening)}")
    say(f"  points     {_points(account)}")
    if listener is not None:
        say(f"  stream     {len(listener.received)} live events, each of them once")
    if not differences and not miscounts:
        say("  checked    player by player against the game: every coin and every item accounted for,")
        say("             every line, search, trade and vote counted once, every level unlocked once")
    for line in _problems(evening, differences, miscounts):
        say(f"  {line}", bad=True)
    say()
    say(f"Look at it next:  {evening.game.url}/swagger/  every call the viewers made, to try by hand")
    say(f"                  {evening.game.url}/admin/    the streamer's panel (it asks for the API key)")
    say("Once more?        make demo  and everybody comes back with what they have now")
    return not differences and not miscounts and not evening.faults


def _contributions(evening: Evening) -> str:
    totals = evening.contributions.totals("done")
    return ", ".join(f"{totals[metric]} {word}" for metric, word in _CONTRIBUTION_WORDS.items())


def _points(account: Account) -> str:
    given = f" + {account.given} from the streamer" if account.given else ""
    return (
        f"{account.before} before + {account.done} earned{given} + {account.bonus} by bonuses"
        f" = {account.paid} paid for {account.unlocks} unlocks + {account.left} left"
    )


def _wrong_points(evening: Evening, account: Account) -> list[str]:
    lost = [f"{-account.bonus} points were lost on the way"] if account.bonus < 0 else []
    return lost + [f"{level} was unlocked more than once" for level in repeated_unlocks(evening.log)]


def _stream_faults(evening: Evening, listener: StreamListener) -> list[str]:
    missing = listener.wait_for_missing({event["event_id"] for event in evening.log.events})
    lost = [f"{len(missing)} events did not come over the stream"] if missing else []
    twice = len(listener.received) - len(set(listener.received))
    return lost + ([f"{twice} events came more than once over the stream"] if twice else [])


def _refusals(evening: Evening) -> str:
    each = ", ".join(f"{count} {code}" for code, count in sorted(evening.refused.items()))
    return f"{evening.refused.total()}, all of them friendly ({each})" if each else "none"


def _speed(evening: Evening) -> str:
    count = len(evening.latencies)
    per_second = count / evening.busy_seconds if evening.busy_seconds else 0
    return (
        f"{count}, up to {AT_ONCE} at once: {per_second:.0f}/s while chat was talking, "
        f"median {median(evening.latencies) * 1000:.1f} ms"
    )


def _sum(flows: dict[str, int], words: dict[str, str]) -> str:
    """Amounts as a sum, like `0 before + 100 handed out - 40 spent on buying`, without reasons that amount to 0."""
    before, *others = [(flows.get(reason, 0), word) for reason, word in words.items()]
    changes = [f" {'-' if amount < 0 else '+'} {abs(amount)} {word}" for amount, word in others if amount]
    return f"{before[0]} {before[1]}{''.join(changes)}"


def _total(holdings: Holdings, *, money: bool) -> int:
    return sum(quantity for items in holdings.values() for item, quantity in items.items() if (item == MONEY) is money)


def _problems(evening: Evening, differences: list[Difference], miscounts: list[Difference]) -> list[str]:
    names = {viewer.user_id: viewer.name for viewer in evening.viewers}
    lines = [f"unplanned answer: {fault}" for fault in evening.faults[:SHOWN]]
    lines += [
        f"{names.get(each.user_id, each.user_id)} should hold {each.expected} × {each.item} and holds {each.found}"
        for each in differences[:SHOWN]
    ]
    lines += [
        f"{names.get(each.user_id, each.user_id)} did {each.expected} × {each.item}, and the game counts {each.found}"
        for each in miscounts[:SHOWN]
    ]
    more = len(evening.faults) + len(differences) + len(miscounts) - len(lines)
    if more:
        lines.append(f"... and {more} more")
    if differences or miscounts:
        lines.append("NOT ACCOUNTED FOR, unless someone else played with these viewers at the same time")
    return lines
