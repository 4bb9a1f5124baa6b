"""The limits of posts, and what may be done with them. Pure. Source: personas 7."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from personas.limits import limits
from personas.posts.models import BattleNotEditable, NotADraft, NotPublished, NotYourPost, Post, PostNotFound

MAX_POST: Final = limits.post


def own(post: Post | None, account_id: UUID) -> Post:
    """Return a post that its author is about to change.

    Raises:
        PostNotFound, NotYourPost
    """
    if post is None:
        raise PostNotFound
    if post.account_id != account_id:
        raise NotYourPost
    return post


def own_draft(post: Post | None, account_id: UUID) -> Post:
    """Return a draft that its author is about to publish or to reject.

    Raises:
        PostNotFound, NotYourPost, NotADraft
    """
    found = own(post, account_id)
    if found.status != "DRAFT":
        raise NotADraft
    return found


def editable(post: Post | None, account_id: UUID) -> Post:
    """Return a post that its author is about to edit.

    Raises:
        PostNotFound, NotYourPost, BattleNotEditable
    """
    found = own(post, account_id)
    if found.kind == "BATTLE":
        raise BattleNotEditable
    return found


def visible_to(post: Post | None, account_id: UUID) -> Post:
    """Return a post that someone looks at: what is not public is its author's secret.

    Raises:
        PostNotFound
    """
    if post is None or not (post.is_public or post.account_id == account_id):
        raise PostNotFound
    return post


def published(post: Post | None) -> Post:
    """Return a post that personas are about to answer.

    Raises:
        PostNotFound, NotPublished
    """
    if post is None or post.hidden_at is not None:
        raise PostNotFound
    if post.status != "PUBLISHED":
        raise NotPublished
    return post
