"""The door of a product's pages: who looks, in which language, and what they read when something goes wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI, Response
from msgspec import Struct

from doors import app as house
from doors.call import Call
from doors.errors import BY_STATUS, Dialect, error_response
from doors.pages.addresses import (
    address_of,
    known_language,
    language_chosen,
    language_cookie,
    own_path,
    reader_cookie,
    speak,
)
from doors.pages.errors import as_page
from doors.pages.rendering import NEVER_KEPT, SECURITY_HEADERS, Renderer, html_response, kept_response
from doors.people import recognised, signed_in
from doors.routes import Router
from kernel.accounts import service as accounts
from kernel.accounts.models import ForeignOrigin, Identity
from kernel.database import Tx
from kernel.errors import Unauthenticated
from kernel.rate_limits import RateLimit, limited


class View(Struct, frozen=True):
    """What a page shows.

    Attributes:
        template: the name of its template.
        values: what is filled in.
        active: the entry in the navigation; None for the product's own.
        kept_seconds: how long the front may show the page to others who are not signed in; None for a page of one
            person alone.
    """

    template: str
    values: Mapping[str, Any]
    active: str | None = None
    kept_seconds: int | None = None


Reading = Callable[[Tx, Identity | None], View]
OwnReading = Callable[[Tx, Identity], View]


class PageDoor:
    """The door of a product's pages.

    Args:
        renderer: its templates.
        product: its entry in the navigation.
    """

    def __init__(self, renderer: Renderer, product: str) -> None:
        self._renderer = renderer
        self._product = product

    def show(self, call: Call, reading: Reading, *, limit: RateLimit | None = None) -> Response:
        """Return a page that anyone may see.

        Args:
            limit: of looks at such pages, per address.
        """
        if (chosen := _language_chosen(call)) is not None:
            return chosen
        if limit is not None:
            reading = _limited(call, limit, reading)
        try:
            return self._show_signed_in(call, reading)
        except (Unauthenticated, ForeignOrigin):
            speak(call.sent_headers)
            return self._rendered(call, call.read(lambda tx: reading(tx, None)), None)

    def show_own(self, call: Call, reading: OwnReading) -> Response:
        """Return a page of someone who is signed in; others are led to where they can be."""
        if (chosen := _language_chosen(call)) is not None:
            return chosen
        try:
            return self._show_signed_in(call, reading)
        except (Unauthenticated, ForeignOrigin):
            return redirect("/signup?" + urlencode({"next": address_of(call, "parts")}))

    def create_handler(self, app: FastAPI) -> Callable[[house.Event, Any], house.Answer]:
        """Return the Lambda handler of pages, which anyone may ask for, and whose errors are pages, too."""
        return house.create_handler(
            app, public=True, security_headers=SECURITY_HEADERS, speak=speak, error_page=self._error_page
        )

    def _show_signed_in(self, call: Call, reading: OwnReading) -> Response:
        person = signed_in(call)
        account_id = person.identity.account_id
        known = known_language(call.sent_headers, account_id)

        def read(tx: Tx, me: Identity) -> View:
            speak(call.sent_headers, known or accounts.ask_language(tx, account_id)())  # what is read may be in words
            return reading(tx, me)

        response = self._rendered(call, person.read(read), person.identity)
        if known is None:
            response.headers.append("Set-Cookie", reader_cookie(account_id))
        return person.renewed(response)

    def _rendered(self, call: Call, view: View, me: Identity | None) -> Response:
        values = {"unread": None, "active": view.active or self._product, **view.values}
        text = self._renderer.render(view.template, me=me, path=address_of(call, "language", "parts"), **values)
        if me is not None or view.kept_seconds is None:
            return html_response(text)
        return kept_response(call, text, view.kept_seconds)

    def _error_page(self, event: house.Event, headers: Mapping[str, str], answer: house.Answer) -> house.Answer:
        return as_page(self._renderer, event, headers, answer, recognised(headers))


def redirect(path: str, **headers: str) -> Response:
    """Lead to another page of ours."""
    sent = {"Location": own_path(path), "Cache-Control": NEVER_KEPT, **headers}
    return Response(status_code=303, headers=sent)


def create_pages(title: str, *routers: Router) -> FastAPI:
    """Return a FastAPI app for pages."""
    return house.create_app(title, *routers, dialect=_DIALECT)


def _limited(call: Call, limit: RateLimit, reading: Reading) -> Reading:
    def read(tx: Tx, me: Identity | None) -> View:
        with limited(tx, limit, call.network):
            return reading(tx, me)

    return read


def _language_chosen(call: Call) -> Response | None:
    """Return what stores the language that the address chooses; None if it chooses none."""
    chosen = language_chosen(call.query)
    if chosen is None:
        return None
    return redirect(address_of(call, "language"), **{"Set-Cookie": language_cookie(chosen)})


def _no_page(problems: Sequence[Any]) -> Response:
    """Return the answer to an address that has not the form of ours."""
    return error_response(404, *BY_STATUS[404])


_DIALECT: Final = Dialect(BY_STATUS, _no_page)
