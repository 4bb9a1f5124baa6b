"""What addresses, passwords and names may be. Source: personas 4.3, worlds 2.4."""

from __future__ import annotations

import re
from datetime import timedelta
from hashlib import sha256
from unicodedata import normalize

from kernel.accounts.models import InvalidEmail, InvalidPassword, InvalidUserName, WeakPassword
from kernel.naming import visible

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 128
"""In bytes of UTF-8, both."""
LONGEST_EMAIL = 254
LONGEST_USER_NAME = 50
LONGEST_USER_AGENT = 200

RESET_LIFE = timedelta(hours=1)

# What chats turn into a link: the bot repeats the name of who claims a linking code.
_LINK = re.compile(r"/|\w\.\w{2}")
_BLANK = "\u2800"  # Braille without dots

# Without what has a meaning in the header of a mail, where one mailbox could be written in many ways.
_EXCLUDED = r"@\s\x00-\x1f\x7f<>(),:;\"\[\]\\"
_EMAIL = re.compile(rf"[^{_EXCLUDED}]+@[^{_EXCLUDED}.]+(?:\.[^{_EXCLUDED}.]+)*")
_STRICT_EMAIL = re.compile(r"[^@\s]+@(?:[^@\s.]+\.)+[^\W\d_]{2,}")


def clean_email(given: str) -> str:
    """Return an e-mail address as it is stored: trimmed and in lower case.

    It goes into the header of a mail, and limits hold per address. So it has one form: nothing that cannot be seen, no
    letters of another width, and none of the characters with which a header adds a name, a comment or a second address.

    Raises:
        InvalidEmail
    """
    email = given.strip().lower()
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise InvalidEmail
    if not email.isprintable() or visible(email) != email or normalize("NFKC", email) != email:
        raise InvalidEmail
    return email


def require_full_email(email: str) -> None:
    """Refuse an address without a domain such as example.org. Source: worlds 2.4.

    Raises:
        InvalidEmail
    """
    if not _STRICT_EMAIL.fullmatch(email):
        raise InvalidEmail


def require_password(password: str) -> None:
    """Refuse a new password that is too short or too long; nothing is ever cut off.

    Raises:
        InvalidPassword
    """
    if not SHORTEST_PASSWORD <= _bytes_of(password) <= LONGEST_PASSWORD:
        raise InvalidPassword(shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)


def require_strong_password(password: str) -> None:
    """Refuse a new password without an upper-case letter, a lower-case letter and a digit. Source: worlds 2.4.

    Raises:
        InvalidPassword, WeakPassword
    """
    require_password(password)
    if not (any(map(str.isupper, password)) and any(map(str.islower, password)) and any(map(str.isdigit, password))):
        raise WeakPassword


def clean_user_name(given: str) -> str:
    """Return a user name as it is stored.

    Raises:
        InvalidUserName
    """
    name = given.strip()
    seen = visible(name).strip(_BLANK)
    if not seen or len(name) > LONGEST_USER_NAME or "@" in name or _LINK.search(name) or not name.isprintable():
        raise InvalidUserName(longest=LONGEST_USER_NAME)
    return name


def account_key(email: str) -> str:
    """Return what wrong passwords for an address are counted under; people also type passwords there by mistake."""
    return sha256(email.encode()).hexdigest()


def _bytes_of(password: str) -> int:
    return len(password.encode())
