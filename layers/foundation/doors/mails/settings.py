"""Settings of mails (outer ring)."""

from __future__ import annotations

from msgspec import Struct

from kernel.settings import text


class MailSettings(Struct, frozen=True):
    """Settings of mails.

    Attributes:
        sender: an address that SES may send from; empty: mails are not sent.
        folder: where mails are written instead; empty in AWS.
    """

    sender: str
    folder: str


settings = MailSettings(sender=text("MAIL_SENDER").strip(), folder=text("MAIL_FOLDER").strip())
