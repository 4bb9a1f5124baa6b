"""Every refusal of the game has its status and its code of the wire contract; its rule's tests say when it comes."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages

import community
import kernel
from doors.errors import status_of
from kernel import errors
from kernel.errors import DomainError

# {status: {code: names}}
CONTRACT = {
    400: {
        "already_joined": "AlreadyJoined",
        "bet_quantity": "BetQuantity",
        "bets_required": "BetsRequired",
        "daily_cap": "DailyCapReached",
        "gamble_active": "GambleActive",
        "gamble_not_found": "GambleNotFound",
        "gamble_not_joining": "GambleFull GambleNotJoining",
        "gamble_too_late": "GambleTooLate",
        "insufficient_funds": "InsufficientFunds",
        "invalid_cursor": "InvalidExportCursor",
        "invalid_field": "InvalidEmail InvalidPassword InvalidUserName WeakPassword",
        "invalid_filter": "InvalidFilter",
        "invalid_limit": "InvalidLimit",
        "invalid_option": "InvalidOption",
        "inventory_full": "InventoryFull WorkshopFull",
        "item_not_found": "ItemNotFound",
        "link_token": (
            "ClaimedByItsOwner LastLink LinkedTooRecently NotClaimedYet NotLinked NothingToConfirm SeveralClaims "
            "TokenExpired TokenUsedUp UnknownToken UnlinkNotRequested UnlinkTooLate WouldReplaceItself"
        ),
        "no_candidates": "NoCandidates",
        "no_effect": "AlreadyArmed NoEffect TargetImmune TargetNotTimedOut",
        "no_targets": "NoTargets",
        "no_voting_session": "NoOpenPoll NoOpenRound VoteOver",
        "not_a_lootbox": "BoxRetired NotALootbox",
        "not_buyable": "NotBuyable",
        "not_claimable": "NoSuchQuest QuestAlreadyClaimed QuestNotCompleted",
        "not_enough_items": "NotEnoughInQuality NotEnoughIngredients NotEnoughItems",
        "not_in_inventory": "NotInInventory NotInQuality",
        "not_sellable": "NotSellable",
        "recipe_not_found": "NotDisassembled RecipeNotFound",
        "reset_invalid": "InvalidReset",
        "self_gift": "SelfGift",
        "target_required": "EffectRequired JobRequired TargetRequired",
        "user_not_found": "NotHereYet UnknownAccount UnknownPlayer",
        "validation": (
            "AccountNeeded BackwardsRange HeroNotLinked InvalidRate LastAdministrator LevelTooHigh NameNeeded "
            "NoSuchTable "
            "NoWholeNumber NotANumber NotAQuantity NotGiveable NumberTooLarge NumberTooSmall OneAtATime OwnKey "
            "PaceOutOfRange SeveralPlayers StillPlaying UnclearNumber UnknownAction UnknownEffect UnknownLesson "
            "UnknownQuality UnreadableFile UnusableWeights WrongConfirmation"
        ),
        "voting_frozen": "VotingFrozen",
    },
    401: {
        "auth_invalid": "SessionEnded SignInExpired SignInInvalid",
        "auth_malformed": "SignInMalformed",
        "auth_missing": "SignInMissing",
        "bad_credentials": "BadCredentials",
        "key_revoked": "CallerRevoked",
    },
    403: {
        "excluded": "AccountExcluded",
        "feature_locked": "FeatureLocked FeatureLockedBehind",
        "filter_locked": "FilterLocked",
        "forbidden": "ForeignOrigin NotAnAdministrator",
        "item_locked": "ItemLocked",
        "recipe_locked": "RecipeLocked RecipeNeedsJob RecipeNeedsNode",
        "wrong_password": "WrongPassword",
    },
    404: {
        "not_found": (
            "AccountNotLinked AccountUnknown ExcludedWhenForgotten NoCraftingJobs NoHero NoSuchAccount NoSuchExport "
            "NoSuchGamble NoSuchImport NoSuchJob NoSuchKey NoSuchLetter NoSuchPlayer NoSuchRecipe NoSuchRequest "
            "NoSuchSession NoSuchSwitch NoSuchText NotExcluded NothingStored UnknownEmail UnknownJob UnknownNode"
        ),
    },
    409: {
        "already_imported": "ImportedAlready",
        "conflict": "AdministratorStays",
        "email_taken": "EmailTaken",
        "idempotency_mismatch": "IdempotencyMismatch",
        "identity_taken": "IdentityTaken",
        "session_active": "RoundActive",
        "user_name_taken": "UserNameTaken",
        "validation": "RequestClaimed RequestRepeated",
    },
    429: {
        "cooldown": "OnCooldown TooNew",
        "rate_limited": "Capped LockedOut RateLimited TooManyGuesses",
    },
    502: {"provider_failed": "NoReply"},
    503: {
        "unavailable": (
            "AiTextsOff CraftingOff GamblesOff GameFrozen GiftsOff ImportsOff ItemUseOff SearchesOff ShopOff "
            "SignUpsOff WeaponsOff"
        ),
    },
    504: {"timeout": "TooLate"},
}


def refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    for each in kind.__subclasses__():
        yield each
        yield from refusals(each)


def test_every_refusal_has_its_status_and_its_code():
    for package in (kernel, community):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    found: dict[int, dict[str, set[str]]] = {}
    for each in refusals(DomainError):
        if each.__module__.startswith(("kernel.", "community.")) and each.__module__ != errors.__name__:
            found.setdefault(status_of(each.__new__(each)), {}).setdefault(each.code, set()).add(each.__name__)

    assert {
        status: {code: " ".join(sorted(names)) for code, names in codes.items()} for status, codes in found.items()
    } == CONTRACT
