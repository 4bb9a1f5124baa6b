"""Access to the routes of this group that are not public: its handler accepts every request."""

from __future__ import annotations

from fastapi import HTTPException, Request


async def require_key(request: Request) -> None:
    """Require a key that the authorizer has accepted."""
    authorizer = request.scope["aws.event"]["requestContext"].get("authorizer")
    if not authorizer or not authorizer.get("role"):
        raise HTTPException(401)
