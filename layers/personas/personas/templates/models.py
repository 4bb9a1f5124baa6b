"""Debate templates: how many turns a battle has, how long they are, and which rules its speakers follow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from msgspec import Struct

from kernel.errors import Conflict, NotAllowed, NotFound, Refused


class TemplateDraft(Struct, frozen=True):
    """What someone wants a template to be; `rules.checked` has seen it.

    Attributes:
        word_limit: words per turn.
    """

    name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    is_public: bool


class TemplateChanges(Struct, frozen=True):
    """What someone wants to be different about a template; None for what stays."""

    name: str | None = None
    prompt_rules: str | None = None
    turn_count: int | None = None
    word_limit: int | None = None
    is_public: bool | None = None


class Template(Struct, frozen=True):
    """A debate template.

    Attributes:
        account_id: who wrote it; None for those that come with the product.
        usage_count: published battles with it; None where no one has asked.
        is_hidden: whether an administrator has taken it out of the public ones.
    """

    template_id: UUID
    account_id: UUID | None
    name: str
    prompt_rules: str
    turn_count: int
    word_limit: int
    is_public: bool
    created_at: datetime
    usage_count: int | None = None
    is_hidden: bool = False

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Return the template in a row of `queries.COLUMNS`."""
        return cls(
            template_id=row["template_id"],
            account_id=row["account_id"],
            name=row["name"],
            prompt_rules=row["prompt_rules"],
            turn_count=row["turn_count"],
            word_limit=row["word_limit"],
            is_public=row["is_public"],
            created_at=row["created_at"],
            usage_count=row.get("usage_count"),
            is_hidden=row["is_hidden"],
        )


class ForbiddenRules(Refused):
    """The rules try to steer the model instead of the debate."""

    code = "template_forbidden"
    message = "The rules may describe the debate, but not give orders to the model behind it."


class RulesWithLinks(Refused):
    """The rules contain an address."""

    code = "template_link"
    message = "The rules may not contain links or addresses."


class NotYourTemplate(NotAllowed):
    """It is another person's, or comes with the product."""

    code = "forbidden"
    message = "Only its author can change this template."


class TemplateHidden(NotAllowed):
    """An administrator has taken it out of the public ones."""

    code = "forbidden"
    message = "An administrator has hidden this template. It can stay yours, but not become public."


class TooManyTemplates(Conflict):
    """An account has as many as it may have."""

    code = "too_many_templates"
    message = "You already have {count} templates. Delete one, and try again."


class TooManyPublic(Conflict):
    """An account would crowd out the templates of others."""

    code = "too_many_templates"
    message = "You already have {count} public templates. Make one of them private, or delete one, and try again."


class TemplateNotFound(NotFound):
    """There is no such template, or it is private to someone else."""

    code = "not_found"
    message = "There is no such template."
