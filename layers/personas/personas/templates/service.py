"""Creating, changing and choosing debate templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID, uuid4

from msgspec.structs import asdict, replace

from kernel.database import Cursor, Tx
from kernel.texts import to_translate
from personas import paging
from personas.paging import CursorPage, page_of
from personas.templates import queries, rules, texts
from personas.templates.models import (
    Template,
    TemplateChanges,
    TemplateDraft,
    TemplateHidden,
    TemplateNotFound,
    TooManyPublic,
    TooManyTemplates,
)

SEED_NAME: Final = to_translate("Claim/Evidence 6 turns", "template")
SUGGESTED: Final = 4

_SEED = TemplateDraft(
    name=SEED_NAME,
    prompt_rules=to_translate(
        "Alternate between claims and evidence: each turn makes one claim and supports it with one example, number or"
        " observation. Be concrete and practical. Answer the point, not the person: no personal attacks.",
        "template: rules",
    ),
    turn_count=6,
    word_limit=120,
    is_public=True,
)


def ensure_seed(tx: Tx) -> None:
    """Add the template that comes with the product, unless it is there already. Source: personas 3."""
    queries.insert_seed(tx, _template(tx, None, _SEED))


def create(tx: Tx, account_id: UUID, draft: TemplateDraft) -> Template:
    """Create a template.

    Raises:
        InvalidField, ForbiddenRules, RulesWithLinks, UnsafeText, TooManyTemplates, TooManyPublic
    """
    template = _template(tx, account_id, rules.checked(draft))
    _require_room(tx, account_id, more=1, more_public=int(template.is_public))
    queries.insert(tx, template)
    return template


def change(tx: Tx, account_id: UUID, template_id: UUID, changes: TemplateChanges) -> Template:
    """Change a template of one's own; an administrator may change anyone's. Battles keep what it was.

    Raises:
        TemplateNotFound, NotYourTemplate, InvalidField, ForbiddenRules, RulesWithLinks, UnsafeText, TemplateHidden,
            TooManyPublic: the first in this order.
    """
    found = _lock(tx, account_id, template_id)
    template = replace(found, **asdict(rules.changed(found, changes)))
    if template.is_hidden and template.is_public:
        raise TemplateHidden
    if template.is_public and not found.is_public and found.account_id is not None:
        _require_room(tx, found.account_id, more=0, more_public=1)
    queries.update(tx, template)
    return template


def delete(tx: Tx, account_id: UUID, template_id: UUID) -> None:
    """Delete a template of one's own; an administrator may delete anyone's. Battles made with it stay.

    Raises:
        TemplateNotFound, NotYourTemplate
    """
    _lock(tx, account_id, template_id)
    queries.delete(tx, template_id)


def hide(tx: Tx, template_id: UUID, *, hidden: bool) -> None:
    """Take a template out of the public ones, or put it back; its author still has it."""
    queries.set_hidden(tx, template_id, hidden=hidden)


def _require_room(tx: Tx, account_id: UUID, *, more: int, more_public: int) -> None:
    """Let no one else add a template of this account, and refuse if it would have more than it may have."""
    [found] = queries.lock_and_count(tx, account_id)
    if more and found["templates"] + more > rules.MOST:
        raise TooManyTemplates(count=found["templates"])
    if more_public and found["public"] + more_public > rules.MOST_PUBLIC:
        raise TooManyPublic(count=found["public"])


def _lock(tx: Tx, account_id: UUID, template_id: UUID) -> Template:
    """Lock a template that its author, or an administrator, is about to change."""
    row = queries.lock(tx, template_id, account_id).fetchone()
    if row is None:
        raise TemplateNotFound
    return rules.changeable(Template.of(row), account_id, is_administrator=row["is_administrator"])


def list_public(tx: Tx, *, cursor: str = "", limit: int = paging.MOST) -> CursorPage[Template]:
    """Return the public templates, newest first.

    Args:
        cursor: of the page before; "" for the first one.

    Raises:
        InvalidCursor
    """
    return _page(queries.list_public(tx, paging.after(cursor), limit + 1), limit)


def list_offered(tx: Tx, account_id: UUID | None = None, named_id: UUID | None = None) -> list[Template]:
    """Return the templates that someone may choose from: what `ask_offered` asks for, in the current language."""
    return [texts.shown(each) for each in ask_offered(tx, account_id, named_id)()]


def ask_offered(tx: Tx, account_id: UUID | None = None, named_id: UUID | None = None) -> Callable[[], list[Template]]:
    """Ask for the templates that someone may choose from; they come with the next round trip.

    These are their own; the one that an address names, if they may use it; the newest public ones, but only a few of
    each author; and at last those that come with the product.

    Args:
        account_id: who chooses; None for someone who is not signed in.
    """
    found = queries.list_offered(tx, account_id, named_id, rules.MOST_OFFERED)
    return lambda: [Template.of(row) for row in found]


def list_mine(tx: Tx, account_id: UUID, *, cursor: str = "", limit: int = paging.MOST) -> CursorPage[Template]:
    """Return an account's own templates, private ones included, newest first.

    Raises:
        InvalidCursor
    """
    return _page(queries.list_of_account(tx, account_id, paging.after(cursor), limit + 1), limit)


def _page(found: Cursor, limit: int) -> CursorPage[Template]:
    return page_of(
        [texts.shown(Template.of(row)) for row in found], limit, lambda each: (each.created_at, each.template_id)
    )


def ask_usable(tx: Tx, account_id: UUID, template_id: UUID) -> Callable[[], Template | None]:
    """Ask for a template; None if there is none that the account may use. It comes with the next round trip."""
    return _template_in(queries.find_usable(tx, account_id, template_id))


def ask_default(tx: Tx) -> Callable[[], Template | None]:
    """Ask for the template of battles that name none: the product's own, else the oldest public one."""
    return _template_in(queries.find_default(tx, SEED_NAME))


def _template_in(found: Cursor) -> Callable[[], Template | None]:
    def template() -> Template | None:
        row = found.fetchone()
        return Template.of(row) if row else None

    return template


def ask_suggested(tx: Tx, post_id: UUID) -> Callable[[], list[Template]]:
    """Ask for at most four public templates for a remix of a battle, its own first, if it is public."""
    found = queries.list_suggested(tx, post_id, SEED_NAME, SUGGESTED)
    return lambda: [texts.shown(Template.of(row)) for row in found]


def _template(tx: Tx, account_id: UUID | None, draft: TemplateDraft) -> Template:
    return Template(
        uuid4(),
        account_id,
        draft.name,
        draft.prompt_rules,
        draft.turn_count,
        draft.word_limit,
        draft.is_public,
        tx.now,
        usage_count=0,
    )
