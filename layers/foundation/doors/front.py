"""What the front, CloudFront, tells about a request: who sent it, and under which address they see us.

Its headers count only with the secret that the front and we share: anyone may send headers to the API's own address.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest
from typing import Any

from doors.front_headers import ADDRESS, HOST, SECRET
from doors.settings import settings


def is_from_front(headers: Mapping[str, str]) -> bool:
    """Tell whether a request came through the front.

    Args:
        headers: by their names in lower case.
    """
    secret = settings.front_secret
    return bool(secret) and compare_digest(headers.get(SECRET, "").encode(), secret.encode())


def address_of(event: Mapping[str, Any], headers: Mapping[str, str]) -> str | None:
    """Return the address of who sent a proxy event: who is connected to the front, or else to API Gateway."""
    if is_from_front(headers) and (address := headers.get(ADDRESS)):
        return address
    return event["requestContext"].get("identity", {}).get("sourceIp")


def public_url_of(event: Mapping[str, Any], headers: Mapping[str, str]) -> str:
    """Return the address under which the sender of a proxy event sees us, without a slash at its end.

    It is the setting PUBLIC_URL. Without one it is the front's, which CloudFront chose only after our functions were
    made; past the front, it is API Gateway's with the stage. Locally, it is the one that the stack serves. It never is
    what a caller writes into a header: links in mails lead there.
    """
    if settings.public_url:
        return settings.public_url
    if is_from_front(headers) and (host := headers.get(HOST)):
        return f"https://{host}"
    context = event["requestContext"]
    scheme = headers.get("x-forwarded-proto", "http")
    host = context.get("domainName") or "localhost"
    return f"{scheme}://{host}{context.get('path', '').removesuffix(event['path'])}"
