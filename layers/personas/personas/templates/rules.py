"""What a template may say. Pure. Source: personas 12."""

from __future__ import annotations

import re
from typing import Final
from unicodedata import normalize
from uuid import UUID

from msgspec.structs import asdict, replace

from kernel.texts import translate
from personas.safety import rules as safety
from personas.safety.models import InvalidField
from personas.templates.models import (
    ForbiddenRules,
    NotYourTemplate,
    RulesWithLinks,
    Template,
    TemplateChanges,
    TemplateDraft,
    TemplateNotFound,
)

MAX_NAME: Final = 80
MAX_RULES: Final = 1200
TURNS: Final = range(2, 21)
WORDS: Final = range(40, 501)
MOST: Final = 200
"""Templates of an account."""
MOST_PUBLIC: Final = 20
"""Of these, public ones."""

MOST_OFFERED: Final = 100
"""Templates of other people that are offered where someone chooses one."""
OFFERED_PER_AUTHOR: Final = 3
"""So many of them are by one author: the newest templates of all could be one person's."""
OFFERED_PER_PERSON: Final = 12
"""So many of them are by accounts that one address has signed up."""

FORBIDDEN: Final = (
    "system prompt",
    "developer message",
    "hidden instruction",
    "ignore previous instructions",
    "<system>",
    "prompt injection",
)
LINKS: Final = ("http://", "https://", "www.", "mailto:")

_BLANKS = re.compile(r"\s+")
# Invisible characters that would hide a phrase from a search, and from a reader too.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def checked(draft: TemplateDraft) -> TemplateDraft:
    """Return a template's fields, trimmed.

    Raises:
        InvalidField, ForbiddenRules, RulesWithLinks, UnsafeText: the first fault in the order name, turns, words,
            rules.
    """
    name = _filled("name", draft.name, MAX_NAME)
    safety.check(name, MAX_NAME)
    if draft.turn_count not in TURNS:
        raise InvalidField(field="turn_count", problem=translate("Choose a number from 2 to 20."))
    if draft.word_limit not in WORDS:
        raise InvalidField(field="word_limit", problem=translate("Choose a number from 40 to 500."))
    prompt_rules = _filled("prompt_rules", draft.prompt_rules, MAX_RULES)
    check_rules(prompt_rules)
    safety.check(prompt_rules, MAX_RULES)
    return TemplateDraft(name, prompt_rules, draft.turn_count, draft.word_limit, draft.is_public)


def changed(template: Template, changes: TemplateChanges) -> TemplateDraft:
    """Return what a template is to be after some changes, checked as a new one is.

    Raises:
        InvalidField, ForbiddenRules, RulesWithLinks, UnsafeText
    """
    wanted = {key: value for key, value in asdict(changes).items() if value is not None}
    before = TemplateDraft(
        template.name, template.prompt_rules, template.turn_count, template.word_limit, template.is_public
    )
    return checked(replace(before, **wanted))


def changeable(template: Template, account_id: UUID, *, is_administrator: bool) -> Template:
    """Return a template that someone is about to change or delete: its author, or an administrator.

    Those that come with the product stay as they are.

    Raises:
        NotYourTemplate; TemplateNotFound: it is another person's secret.
    """
    if template.account_id == account_id or (is_administrator and template.account_id is not None):
        return template
    raise NotYourTemplate if template.is_public else TemplateNotFound


def _filled(field: str, text: str, limit: int) -> str:
    trimmed = text.strip()
    if not trimmed:
        raise InvalidField(field=field, problem=translate("Write something."))
    if len(trimmed) > limit:
        raise InvalidField(field=field, problem=translate("Write at most {limit} characters.", limit=limit))
    return trimmed


def check_rules(prompt_rules: str) -> None:
    """Check rules against the lists; also when they are used, because the lists may have grown since.

    Raises:
        ForbiddenRules, RulesWithLinks
    """
    folded = _folded(prompt_rules)
    if any(phrase in folded for phrase in FORBIDDEN):
        raise ForbiddenRules
    if any(link in folded for link in LINKS):
        raise RulesWithLinks


def _folded(text: str) -> str:
    """Return the text as a reader sees it: one form of each letter, one blank between words, no capitals."""
    return _BLANKS.sub(" ", _INVISIBLE.sub("", normalize("NFKC", text))).lower()
