"""Tries Community: keys, a chat line, a purchase, a vote, listeners, the clock, Discord, and what must be refused."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any, Final

from nacl.signing import SigningKey

from local.tools.verify.checking import Broken, Impossible, Report
from local.tools.verify.client import Client
from local.tools.verify.listeners import Listener, listen_to_socket, listen_to_stream

VIEWER: Final = "verify-viewer"
BOT: Final = "verify-bot"
PLAYER: Final = {"platform": "twitch", "platform_id": "brandish-verify", "username": "brandish_verify"}
CLOCK_SECONDS: Final = 150.0
"""The clock runs once a minute."""
NEW_KEY_SECONDS: Final = 20.0
RELAY_SECONDS: Final = 20.0
SETTLING_SECONDS: Final = 3.0
"""Who has just connected is sent what happens meanwhile, without a word from the relay."""


class CommunityTrial:
    """A visit: a player and two keys of its own, all of which leave at the end."""

    def __init__(
        self, client: Client, report: Report, admin_key: str, discord_key: str = "", *, quick: bool = False
    ) -> None:
        """Prepare a visit.

        Args:
            discord_key: the private key, in hex, that belongs to the installation's Discord public key; or nothing.
            quick: do not wait for the clock.
        """
        self._quick = quick
        self._client = client
        self._report = report
        self._admin = admin_key
        self._discord_key = discord_key
        self._keys: dict[str, str] = {}
        self._listeners: dict[str, Listener] = {}
        self._player_id = ""
        self._spoke_at: float | None = None

    def run(self) -> None:
        """Try everything, and leave."""
        try:
            self.try_keys()
            self.try_listening()
            self.try_playing()
            self.try_refusals()
            self.try_hearing()
            self.try_discord()
            if not self._quick:
                self.try_clock()
        finally:
            for listener in self._listeners.values():
                listener.close()
            self.leave()

    def try_keys(self) -> None:
        """Refuse strangers, let administrators in, and give others what their role allows."""
        client, check = self._client, self._report.check
        with check("keys", "no key and a wrong key are refused"):
            client.expect(401, "GET", "/api/v1/prices")
            client.expect(401, "GET", "/api/v1/prices", key="brandish-verify-wrong-key")
        with check("keys", "the administrator's key administers"):
            client.expect(200, "GET", "/api/v1/admin/keys", key=self._admin)
        for name, role in ((VIEWER, "viewer"), (BOT, "bot")):
            with check("keys", f"a new {role}'s key works"):
                made = client.expect(201, "POST", "/api/v1/admin/keys", {"name": name, "role": role}, key=self._admin)
                self._keys[name] = made.body["api_key"]
                _eventually(lambda key=self._keys[name]: client.expect(200, "GET", "/api/v1/prices", key=key))
        with check("keys", "a viewer may not act, a bot may not administer"):
            client.expect(403, "POST", "/api/v1/message/handle", self._line(), key=self._key(VIEWER))
            client.expect(403, "GET", "/api/v1/admin/keys", key=self._key(BOT))

    def try_listening(self) -> None:
        """Open both ways to listen, before anything happens."""
        with self._report.check("stream", "a viewer may listen"):
            self._listeners["stream"] = listen_to_stream(self._client.url, self._key(VIEWER))
        with self._report.check("WebSocket", "a ticket opens it"):
            made = self._client.expect(200, "POST", "/api/v1/realtime/ticket", {"ttl_seconds": 60}, key=self._key(BOT))
            address = made.body.get("websocket_url")
            if not address:
                raise Broken("the installation does not know its own WebSocket address")
            self._listeners["WebSocket"] = listen_to_socket(address)
        for name, listener in self._listeners.items():
            with self._report.check(name, "it says that it is connected"):
                listener.wait_for(lambda frame: frame["type"] == "connected", "the first frame")
        time.sleep(SETTLING_SECONDS)

    def try_playing(self) -> None:
        """Say something, buy something and vote, as far as the community has unlocked it."""
        client, check = self._client, self._report.check
        with check("chat", "a line is heard, and its author becomes a player"):
            heard = client.expect(200, "POST", "/api/v1/message/handle", self._line(), key=self._key(BOT))
            self._player_id = heard.body["user"]["internal_id"]
            self._spoke_at = time.monotonic()
        with check("shop", "a player buys something, or is told that the shop is locked"):
            self._buy()
        with check("vote", "a player votes, or is told why not"):
            session = client.expect(200, "GET", "/api/v1/progression/session", key=self._key(VIEWER)).body
            vote = client.send("POST", "/api/v1/progression/vote", PLAYER | {"option_index": 1}, key=self._key(BOT))
            is_open = session.get("status") == "voting"
            if (
                vote.status >= 500
                or (vote.status >= 400 and not vote.body.get("code"))
                or (vote.status < 400) > is_open
            ):
                raise Broken(f"the vote was answered with {vote.status}: {vote.body}")

    def try_refusals(self) -> None:
        """Send what must be refused."""
        client, check, key = self._client, self._report.check, self._keys.get(BOT, self._admin)
        with check("refusals", "what is no JSON, what is no platform, and what does not exist is refused"):
            client.expect(400, "POST", "/api/v1/message/handle", b"{", key=key)
            client.expect(400, "POST", "/api/v1/message/handle", self._line() | {"platform": "mars"}, key=key)
            client.expect(404, "GET", "/api/v1/brandish-verify", key=key)

    def try_hearing(self) -> None:
        """Wait until listeners hear of the player: the stream from the log, the WebSocket by relay, bus and queue."""
        with self._report.check("relay", "what has happened leaves for the bus"):
            deadline = time.monotonic() + RELAY_SECONDS
            while (waiting := self._metric("events_waiting")) > 0:
                if time.monotonic() > deadline:
                    raise Broken(f"{waiting:.0f} events wait: the relay is not woken, or fails")
                time.sleep(0.2)
        for name, way in (("stream", "from the log"), ("WebSocket", "by the relay, the bus and the queue")):
            with self._report.check(name, f"a listener hears of the player, {way}"):
                listener = self._listeners.get(name)
                if listener is None or not self._player_id:
                    raise Impossible("no listener, or no player")
                listener.wait_for(self._is_ours, "news of the player")

    def try_discord(self) -> None:
        """Send what Discord sends, unsigned and, with a key, signed."""
        client, check = self._client, self._report.check
        ping = b'{"type":1}'
        with check("Discord", "what Discord has not signed is refused"):
            client.expect(401, "POST", "/discord/interactions", ping)
        with check("Discord", "a signed ping is answered"):
            if not self._discord_key:
                raise Impossible("needs DISCORD_PRIVATE_KEY, which only an application of one's own has")
            now = str(int(time.time()))
            signature = SigningKey(bytes.fromhex(self._discord_key)).sign(now.encode() + ping).signature.hex()
            signed = {"X-Signature-Ed25519": signature, "X-Signature-Timestamp": now}
            if client.expect(200, "POST", "/discord/interactions", ping, headers=signed).body != {"type": 1}:
                raise Broken("the answer is no pong")

    def try_clock(self) -> None:
        """Wait until the clock has added up what the player's line has counted for."""
        with self._report.check("schedule", "the clock adds up what was counted, once a minute"):
            if self._spoke_at is None:
                raise Impossible("no player has said anything")
            deadline = self._spoke_at + CLOCK_SECONDS
            while True:
                waited = time.monotonic() - self._spoke_at
                lag = self._metric("clock_lag_seconds")
                # A second less, because two functions' clocks may differ a little.
                if waited > 3 and lag < waited - 1:
                    break
                if time.monotonic() > deadline:
                    raise Broken(f"for {lag:.0f} s, nothing was added up: the clock does not run, or fails")
                time.sleep(1)

    def leave(self) -> None:
        """Forget the player and revoke the keys."""
        client, check = self._client, self._report.check
        with check("leaving", "the player is forgotten, and the keys are revoked"):
            if self._player_id:
                path = "/api/v1/admin/players/forget"
                asked = client.expect(200, "POST", path, PLAYER, key=self._admin).body
                client.expect(200, "POST", path, PLAYER | {"confirm": asked["confirm"]}, key=self._admin)
            for name in self._keys:
                client.expect(200, "POST", "/api/v1/admin/keys/revoke", {"name": name}, key=self._admin)

    def _buy(self) -> None:
        client = self._client
        offers = client.expect(200, "GET", "/api/v1/prices/buy", key=self._key(VIEWER)).body
        offers = offers or client.expect(200, "GET", "/api/v1/admin/items", key=self._admin).body
        cheapest = min(offers, key=lambda item: item.get("buy_price") or item["base_value"])
        price = cheapest.get("buy_price") or cheapest["base_value"]
        money = PLAYER | {"item_name": "money", "quantity": max(1, price)}
        client.expect(200, "POST", "/api/v1/user/item/add", money, key=self._key(BOT))
        wanted = PLAYER | {"item_name": cheapest["internal_name"], "quantity": 1}
        bought = client.send("POST", "/api/v1/user/item/buy", wanted, key=self._key(BOT))
        if bought.status == 403 and bought.body.get("code") in ("feature_locked", "item_locked"):
            return
        if bought.status != 200 or bought.body["items_bought"] != 1:
            raise Broken(f"the purchase was answered with {bought.status}: {bought.body}")

    def _key(self, name: str) -> str:
        try:
            return self._keys[name]
        except KeyError:
            raise Impossible(f"there is no key {name}") from None

    def _line(self) -> dict[str, Any]:
        return PLAYER | {"message": "Is everything all right here?"}

    def _is_ours(self, frame: Any) -> bool:
        payload = frame["payload"]
        return isinstance(payload, dict) and payload.get("user_id") == self._player_id

    def _metric(self, name: str) -> float:
        """Return the present value of a metric without labels."""
        text = self._client.expect(200, "GET", "/metrics", key=self._key(VIEWER)).content.decode()
        found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
        if found is None:
            raise Broken(f"/metrics does not have {name}")
        return float(found[1])


def _eventually(attempt: Callable[[], object]) -> None:
    """Repeat until it does not raise, for a new key that some environment may not know yet."""
    deadline = time.monotonic() + NEW_KEY_SECONDS
    while True:
        try:
            attempt()
        except Broken:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return
