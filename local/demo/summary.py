"""The summary of the evening."""

from __future__ import annotations

from statistics import median

from kernel.texts import decimal, to_translate, translate, translate_n
from local.demo.evening import AT_ONCE, Evening
from local.demo.ledger import MONEY, Difference, Holdings
from local.demo.points import Account, account_for, repeated_unlocks
from local.demo.stream_listener import StreamListener
from local.demo.words import shown

_WORDS = {
    "before": to_translate("before"),
    "handed out": to_translate("handed out"),
    "bought": to_translate("spent on buying"),
    "sold": to_translate("earned by selling"),
    "opened": to_translate("found in boxes"),
    "won": to_translate("won in the gamble"),
    "crafting": to_translate("spent on crafting"),
    "crafted": to_translate("got by taking apart"),
    "rewarded": to_translate("for achievements"),
}
_ITEM_WORDS = {
    "before": to_translate("before"),
    "handed out": to_translate("handed out"),
    "found": to_translate("found"),
    "bought": to_translate("bought"),
    "sold": to_translate("sold"),
    "used": to_translate("used"),
    "opened": to_translate("found in boxes"),
    "staked": to_translate("staked"),
    "won": to_translate("won"),
    "crafting": to_translate("worked up"),
    "crafted": to_translate("made"),
    "rewarded": to_translate("for achievements"),
}
_CONTRIBUTION_WORDS = {
    "message": to_translate("lines of chat"),
    "vote_cast": to_translate("votes"),
    "search_performed": to_translate("searches"),
}
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
    evening.chat.heading(translate("The evening is over"))
    people = len({viewer.user_id for viewer in evening.viewers})
    say(_row(translate("viewers"), _accounts(len(evening.viewers), people)))
    say(_row(translate("refused"), _refusals(evening)))
    say(_row(translate("requests"), _speed(evening)))
    say(_row(translate("money"), _now(_sum(evening.ledger.money_flows(), _WORDS), _total(holdings, money=True))))
    say(_row(translate("items"), _now(_sum(evening.ledger.item_flows(), _ITEM_WORDS), _total(holdings, money=False))))
    say(_row(translate("chat"), _contributions(evening)))
    say(_row(translate("points"), _points(account)))
    if listener is not None:
        events = translate("{n} live events, each of them once", n=len(listener.received))
        say(_row(translate("stream"), events))
    if not differences and not miscounts:
        say(
            _row(
                translate("checked"),
                translate("player by player against the game: every coin and every item accounted for,"),
            )
        )
        say(_row("", translate("every line, search, trade and vote counted once, every level unlocked once")))
    for line in _problems(evening, differences, miscounts):
        say(f"  {line}", bad=True)
    say()
    url = evening.game.url
    say(translate("Look at it next:  {url}/swagger/  every call the viewers made, to try by hand", url=url))
    say(translate("                  {url}/admin/    the streamer's panel (it asks for the API key)", url=url))
    say(translate("Once more?        make demo  and everybody comes back with what they have now"))
    return not differences and not miscounts and not evening.faults


def _row(name: str, text: str) -> str:
    return f"  {name:<10} {text}"


def _accounts(accounts: int, players: int) -> str:
    return translate("{accounts} accounts, {players} players", accounts=accounts, players=players)


def _now(flows: str, amount: int) -> str:
    return translate("{sum} = {n} now", sum=flows, n=amount)


def _contributions(evening: Evening) -> str:
    totals = evening.contributions.totals("done")
    return ", ".join(f"{totals[metric]} {translate(word)}" for metric, word in _CONTRIBUTION_WORDS.items())


def _points(account: Account) -> str:
    made = [
        translate("{n} before", n=account.before),
        translate("{n} earned", n=account.done),
        *([translate("{n} from the streamer", n=account.given)] if account.given else []),
        translate("{n} by bonuses", n=account.bonus),
    ]
    spent = [
        translate("{points} paid for {unlocks} unlocks", points=account.paid, unlocks=account.unlocks),
        translate("{n} left", n=account.left),
    ]
    return f"{' + '.join(made)} = {' + '.join(spent)}"


def _wrong_points(evening: Evening, account: Account) -> list[str]:
    lost = [translate("{n} points were lost on the way", n=-account.bonus)] if account.bonus < 0 else []
    return lost + [
        translate("{level} was unlocked more than once", level=level) for level in repeated_unlocks(evening.log)
    ]


def _stream_faults(evening: Evening, listener: StreamListener) -> list[str]:
    missing = listener.wait_for_missing({event["event_id"] for event in evening.log.events})
    lost = [translate("{n} events did not come over the stream", n=len(missing))] if missing else []
    twice = len(listener.received) - len(set(listener.received))
    return lost + ([translate("{n} events came more than once over the stream", n=twice)] if twice else [])


def _refusals(evening: Evening) -> str:
    each = ", ".join(f"{count} {code}" for code, count in sorted(evening.refused.items()))
    if not each:
        return translate("none")
    return translate("{n}, all of them friendly ({codes})", n=evening.refused.total(), codes=each)


def _speed(evening: Evening) -> str:
    count = len(evening.latencies)
    per_second = count / evening.busy_seconds if evening.busy_seconds else 0
    return translate(
        "{n}, up to {most} at once: {rate}/s while chat was talking, median {time} ms",
        n=count,
        most=AT_ONCE,
        rate=f"{per_second:.0f}",
        time=decimal(median(evening.latencies) * 1000),
    )


def _sum(flows: dict[str, int], words: dict[str, str]) -> str:
    """Amounts as a sum, like `0 before + 100 handed out - 40 spent on buying`, without reasons that amount to 0."""
    before, *others = [(flows.get(reason, 0), word) for reason, word in words.items()]
    changes = [f" {'-' if amount < 0 else '+'} {abs(amount)} {translate(word)}" for amount, word in others if amount]
    return f"{before[0]} {translate(before[1])}{''.join(changes)}"


def _total(holdings: Holdings, *, money: bool) -> int:
    return sum(quantity for items in holdings.values() for item, quantity in items.items() if (item == MONEY) is money)


def _problems(evening: Evening, differences: list[Difference], miscounts: list[Difference]) -> list[str]:
    names = {viewer.user_id: viewer.name for viewer in evening.viewers}
    lines = [translate("unplanned answer: {answer}", answer=fault) for fault in evening.faults[:SHOWN]]
    lines += [
        translate(
            "{name} should hold {expected} × {item} and holds {found}",
            name=names.get(each.user_id, each.user_id),
            expected=each.expected,
            item=shown(each.item),
            found=each.found,
        )
        for each in differences[:SHOWN]
    ]
    lines += [
        translate(
            "{name} did {expected} × {action}, and the game counts {found}",
            name=names.get(each.user_id, each.user_id),
            expected=each.expected,
            action=each.item,
            found=each.found,
        )
        for each in miscounts[:SHOWN]
    ]
    more = len(evening.faults) + len(differences) + len(miscounts) - len(lines)
    if more:
        lines.append(translate_n("... and {n} more", "... and {n} more", more))
    if differences or miscounts:
        lines.append(translate("NOT ACCOUNTED FOR, unless someone else played with these viewers at the same time"))
    return lines
