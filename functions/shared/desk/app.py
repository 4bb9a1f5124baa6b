"""The desk for what the house itself asks of the outside: mails to people."""

from __future__ import annotations

from doors.start import ready  # first: see there

from doors.desk import create_handler
from kernel.accounts import mails
from personas import translations as translations

handler = create_handler(mails.KINDS)

ready()
