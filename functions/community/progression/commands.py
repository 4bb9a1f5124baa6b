"""/vote, /voting-session and /unlock-progress: the vote on what comes next, and the progress towards the target."""

from __future__ import annotations

from datetime import datetime

from community.progression.content import tree
from community.voting import texts
from community.voting.ballots import cast_ballot
from community.voting.board import ProgressBoard, read_board
from community.voting.events import OptionOffered
from community.voting.models import Ballot, NoOpenRound, VotingFrozen, VotingOption, VotingRound
from doors.discord.commands import command, component, integer
from doors.discord.interaction import Interaction
from doors.discord.replies import Choice, DiscordReply, Embed, Field, Select, card
from functions.community.discord.players import player_of
from kernel.content.command_texts import DESCRIPTION
from kernel.database import Tx
from kernel.texts import decimal, speaking, term, translate

_BAR = 10
_VOTE = "Vote for what comes next."


def _numbers(call: Interaction, tx: Tx) -> list[Choice]:
    board = read_board(tx)
    voting_round = board.poll or board.voting.voting_round  # as `cast_ballot` understands a number
    return _choices(voting_round) if voting_round else []


@command(
    "vote",
    _VOTE,
    integer("option", "Its number; choose from a list when left out.", least=1, suggest=_numbers),
    changes=True,
)
def vote(call: Interaction, tx: Tx) -> DiscordReply:
    number = call.integer("option")
    if number:
        return _counted(cast_ballot(tx, player_of(call), number))
    board = read_board(tx)
    voting_round = board.voting.voting_round
    if voting_round is None and board.poll is None:
        raise NoOpenRound
    if voting_round and voting_round.status == "frozen" and board.poll is None:
        raise VotingFrozen
    return _both(voting_round, board)


@component("vote", changes=True)
def vote_from_menu(call: Interaction, tx: Tx) -> DiscordReply:
    session_id, number = (_number(words) for words in (call.arguments, call.values))
    return _counted(cast_ballot(tx, player_of(call), number, session_id=session_id))


@command("voting-session", "What the community is voting on.", public=True)
def voting_session(call: Interaction, tx: Tx) -> DiscordReply:
    board = read_board(tx)
    voting = board.voting
    with speaking():
        if voting.voting_round or board.poll:
            return _both(voting.voting_round, board)
        if voting.latest:
            return _shown(voting.latest, board, texts.result(voting.latest))
        return card(translate("The vote"), texts.never_voted())


@command("unlock-progress", "The community's progress towards what comes next.", public=True)
def unlock_progress(call: Interaction, tx: Tx) -> DiscordReply:
    board = read_board(tx)
    with speaking():
        return _progress(board)


def _progress(board: ProgressBoard) -> DiscordReply:
    progress = board.voting.progress
    target = tree.nodes.get(progress.node_key or "") if progress else None
    if progress is None or target is None:
        return card(translate("What comes next"), texts.no_target())
    cost = board.cost(target)
    made = min(max(board.voting.accumulated, 0), cost)
    done = made * _BAR // cost
    bar = "█" * done + "░" * (_BAR - done)
    estimated_unlock = board.estimated_unlock(target.key)
    expected = _date(estimated_unlock) if estimated_unlock else translate("There is no saying.")
    return card(
        texts.with_level(target, progress.target_level or 1),
        f"{target.description}\n\n{bar} {decimal(100 * made / cost)} %",
        Field(translate("Points"), f"{board.voting.accumulated} / {cost}", inline=True),
        Field(translate("Expected"), expected, inline=True),
    )


def _counted(ballot: Ballot) -> DiscordReply:
    return card(translate("The vote"), texts.after_vote(ballot))


def _both(voting_round: VotingRound | None, board: ProgressBoard) -> DiscordReply:
    """The open votes, the poll about a world first: a number means that one."""
    shown: list[DiscordReply] = []
    if board.poll:
        shown.append(_shown(board.poll, board, texts.poll_standing(board.poll)))
    if voting_round:
        frozen = voting_round.status == "frozen"
        shown.append(_shown(voting_round, board, texts.frozen() if frozen else term(DESCRIPTION, _VOTE)))
    return DiscordReply(
        embeds=tuple(embed for each in shown for embed in each.embeds),
        components=tuple(menu for each in shown for menu in each.components),
    )


def _shown(voting_round: VotingRound, board: ProgressBoard, text: str) -> DiscordReply:
    """The vote, with a menu while it is open."""
    fields = tuple(
        Field(f"{number}. {texts.named(option)}", _described(option, board), inline=False)
        for number, option in enumerate(voting_round.options, start=1)
    )
    about = voting_round.poll.world_name if voting_round.poll else term(DESCRIPTION, _VOTE)
    menu = Select(f"vote:{voting_round.session_id}", tuple(_choices(voting_round)), about)
    title = translate("A turning point of {world}", world=about) if voting_round.poll else translate("The vote")
    return DiscordReply(
        embeds=(Embed(title, text, fields),),
        components=(menu,) if voting_round.status == "voting" else (),
    )


def _described(option: VotingOption, board: ProgressBoard) -> str:
    votes = texts.votes(option.vote_count, option.weighted_votes)
    if option.label:
        return f"{option.description}\n{votes}"
    if option.node_key not in tree.nodes:
        return votes
    offered, estimated_unlock = OptionOffered.of(option), board.estimated_unlock(option.node_key)
    duration = f"{offered.unlock_duration}: {_date(estimated_unlock)}" if estimated_unlock else offered.unlock_duration
    return f"{offered.description}\n{votes} · {duration}"


def _choices(voting_round: VotingRound) -> list[Choice]:
    return [
        Choice(f"{number}. {texts.named(option)}", number, _description(option))
        for number, option in enumerate(voting_round.options, start=1)
    ]


def _description(option: VotingOption) -> str:
    node = tree.nodes.get(option.node_key)
    return option.description or (node.description if node else "")


def _number(words: tuple[str, ...]) -> int:
    """The first word as a number; 0, which is no valid session or option, if that is impossible."""
    word = words[0] if words else ""
    return int(word) if word.isdecimal() and len(word) < 20 else 0


def _date(moment: datetime) -> str:
    """A date that Discord shows in each reader's time zone."""
    return f"<t:{int(moment.timestamp())}:D>"
