"""/api/auth and /api/personas/auth: accounts for all products. Two doors, one house: each words errors its own way."""

from __future__ import annotations

from doors.start_http import ready  # first: see there

from functions.personas.door import create_app, create_handler
from functions.shared.accounts.own_routes import router as own
from functions.shared.accounts.password_routes import router as passwords
from functions.shared.accounts.session_routes import router as sessions
from functions.shared.accounts.sign_in_routes import router as sign_in
from functions.shared.accounts.user_routes import router as users
from personas import translations as translations

MAX_BODY = 64 * 1024

app = create_app("Accounts", sign_in, own, sessions, passwords, users)
handler = create_handler(app, max_body=MAX_BODY)
ready()
