"""Drafts and previews, while a person waits: the desk prepares and stores them, the provider writes in between."""

from __future__ import annotations

from doors.start import ready  # first: see there

from doors.consult import create_handler
from functions.personas.consult.settings import settings
from functions.personas.security import SECURITY_HEADERS

handler = create_handler(settings.desk, security_headers=SECURITY_HEADERS)
ready()
