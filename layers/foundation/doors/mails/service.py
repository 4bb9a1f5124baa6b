"""Sending mails: by SES in AWS, into a folder elsewhere (outer ring)."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from time import monotonic, time_ns
from typing import Any, Final

from doors.aws import client
from doors.llm.service import Failure
from doors.mails.settings import settings
from kernel.outside.prompts import Effort, Mail, ProviderFailed, Reply

RETRYABLE: Final = frozenset({"TooManyRequestsException", "LimitExceededException", "SendingPausedException"})


def send(mail: Mail) -> tuple[Reply, Effort]:
    """Send a mail.

    Raises:
        Failure
    """
    started = monotonic()
    provider = "file" if settings.folder else "ses"
    try:
        if settings.folder:
            _write(mail, Path(settings.folder))
        elif settings.sender:
            _send_by_ses(mail)
        else:
            raise ProviderFailed("ses: no sender is set", retryable=False)
    except ProviderFailed as error:
        raise Failure(error, Effort(1, monotonic() - started, provider)) from error
    return Reply("", provider=provider), Effort(1, monotonic() - started, provider)


def _write(mail: Mail, folder: Path) -> None:
    message = EmailMessage()
    try:
        message["To"] = mail.to
        message["From"] = settings.sender or "brandish@localhost"
        message["Subject"] = mail.subject
    except ValueError as error:  # such as a line break
        raise ProviderFailed("file: not an address or a subject", retryable=False) from error
    message.set_content(mail.text, cte="8bit")  # so that a link can be copied from the file
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{time_ns()}.eml").write_bytes(bytes(message))
    except OSError as error:
        raise ProviderFailed(f"file: {type(error).__name__}", retryable=True) from error


def _send_by_ses(mail: Mail) -> None:
    from botocore.exceptions import BotoCoreError, ClientError

    ses: Any = client("sesv2")
    try:
        ses.send_email(
            FromEmailAddress=settings.sender,
            Destination={"ToAddresses": [mail.to]},
            Content={"Simple": {"Subject": {"Data": mail.subject}, "Body": {"Text": {"Data": mail.text}}}},
        )
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        raise ProviderFailed(f"ses: {code}", retryable=code in RETRYABLE or status >= 500) from error
    except BotoCoreError as error:
        raise ProviderFailed(f"ses: {type(error).__name__}", retryable=True) from error
