"""What a text is refused for. Source: personas 4.5."""

from __future__ import annotations

from kernel.errors import Refused


class UnsafeText(Refused):
    """A text that must not be published."""


class ContentEmpty(UnsafeText):
    code = "content_empty"
    message = "There is no text. Write something first."


class ContentTooLong(UnsafeText):
    code = "content_too_long"
    message = "The text is too long: at most {limit} characters."


class ContentProfanity(UnsafeText):
    code = "content_profanity"
    message = "The text contains a swear word. Take it out and try again."


class ContentLinks(UnsafeText):
    code = "content_links"
    message = "The text contains too many links: at most two."


class InvalidField(Refused):
    """A field of a request that has the right type and a wrong value."""

    code = "invalid_field"
    message = "{field}: {problem}"
