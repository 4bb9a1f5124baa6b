"""Examples for what `openapi_recording` does not record, made from schemas and what fields of a name usually hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = dict[str, Any]

ALICE: Final = "0b6e0c4e-7a4e-4b43-9d3a-1d1a2f0d2a11"
GAMBLE: Final = "6f9f1d0a-3a53-4f0e-8a8e-2f1f3a6f9c55"
EVENING: Final = "2026-11-29T19:30:00Z"

OF_FIELD: Final[Mapping[str, Any]] = {
    "action": "search",
    "active_theme": "winter",
    "api_key": "kq3v1bq0Zc8mXy7Rk2d9",
    "bonus_type": "sell_price",
    "build_time": EVENING,
    "category": "economy",
    "code": "OBS",
    "color": 3066993,
    "confidence": "medium",
    "content_type": "utility",
    "default_display": "spade",
    "description": "Digs where others only look.",
    "discord_id": "204255221017214977",
    "display_name": "Shop",
    "error": "The community has not unlocked Shop yet.",
    "event": "item.sold",
    "event_type": "item.sold",
    "events_path": "/api/v1/events?ticket=v1.1764444200.3f9d",
    "feature": "economy",
    "feature_key": "economy_bonus",
    "filter": "sellable",
    "gamble_id": GAMBLE,
    "git_commit": "1f0c2d9",
    "go_version": "python3.13",
    "handler": "weapon",
    "hit_rate": 0.97,
    "initiator_id": ALICE,
    "internal_name": "item_spade",
    "item": "item_spade",
    "item_hint": "spade",
    "item_name": "item_spade",
    "item_id": 12,
    "job_key": "job_merchant",
    "key": "generous_hand",
    "Key": "job_merchant",
    "DisplayName": "Merchant",
    "known_platform": "twitch",
    "known_platform_id": "1001",
    "last_event_id": "0193f0b2-7c1d-7a52-9a61-0d7f0f3b7c11",
    "Last-Event-ID": "0193f0b2-7c1d-7a52-9a61-0d7f0f3b7c11",
    "link": "",
    "linked_platforms": "twitch",
    "match": "obs",
    "message": "Done.",
    "metric": "messages",
    "metric_type": "message",
    "modifier_type": "multiplicative",
    "name": "my-bot",
    "new_item": "lootbox_tier1",
    "new_platform": "discord",
    "new_platform_id": "204255221017214977",
    "node_key": "feature_economy",
    "node_type": "feature",
    "option_index": 1,
    "owner": "alice",
    "owner_platform": "twitch",
    "owner_platform_id": "1001",
    "payload": {"item_name": "item_spade", "quantity": 2, "money_gained": 80},
    "period": "daily",
    "platform": "twitch",
    "platform_id": "1001",
    "platform_usernames": {"twitch": "alice"},
    "public_name": "spade",
    "quality_level": "COMMON",
    "quantity": 2,
    "query": "ali",
    "quest_key": "big_spender",
    "quest_type": "buy_items",
    "reason": "a thank you",
    "receiver": "bob",
    "receiver_platform": "twitch",
    "receiver_platform_id": "1002",
    "recipe": "lootbox_tier1",
    "recipe_key": "lootbox_tier1",
    "reset_by": "alice",
    "role": "bot",
    "size": "large",
    "source": "item.sold",
    "source_platform": "twitch",
    "state": "joining",
    "status": "ok",
    "target_category": "weapon",
    "target_node_name": "Shop",
    "target_platform": "twitch",
    "target_user": "bob",
    "ticket": "v1.1764444200.3f9d",
    "title": "Tonight",
    "to": "discord",
    "token": "K7MQ2A",
    "topic": "gambles",
    "trend": "stable",
    "trigger": "OBS",
    "twitch_id": "1001",
    "type": "job.level_up",
    "types": "job.level_up",
    "unlocked_by": "vote",
    "user": "alice",
    "user_id": ALICE,
    "username": "alice",
    "value": 1,
    "version": "0.1.0",
    "websocket_url": "wss://example.com/realtime?ticket=v1.1764444200.3f9d",
    "winner_id": ALICE,
    "youtube_id": "UCabc123",
}
"""By the name of a property or parameter, where its schema allows the value."""

OF_KEY: Final[Mapping[str, str]] = {
    "by_type": "message",
    "event_counts": "message_received",
    "events_by_type": "message_received",
    "outputs": "lootbox_tier0",
    "platform_usernames": "twitch",
    "requests_total_by_status": "200",
    "handler_errors_by_type": "item.sold",
    "published_total_by_type": "item.sold",
    "items_sold": "item_spade",
    "items_bought": "item_spade",
    "fields": "quantity",
}
"""The key in an object of any keys, by the property's name."""

_BY_FORMAT: Final[Mapping[str, Any]] = {"uuid": ALICE, "date-time": EVENING}
_BY_TYPE: Final[Mapping[str, Any]] = {"boolean": True, "number": 1.5, "string": "text", "null": None}


class Examples:
    """Makes examples that fit the schemas of one document."""

    def __init__(self, schemas: Mapping[str, Json]) -> None:
        self._schemas = schemas

    def of(self, schema: Json, name: str = "") -> Any:
        """Return an example.

        Args:
            name: of the property or parameter that has this schema.
        """
        schema = self._resolved(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if "const" in schema:
            return schema["const"]
        if name in OF_FIELD and self._fits(schema, OF_FIELD[name]):
            return OF_FIELD[name]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema or "oneOf" in schema:
            return self.of(self._first(schema), name)
        return self._by_type(schema, name)

    def _by_type(self, schema: Json, name: str) -> Any:
        match schema.get("type"):
            case "object" if "properties" in schema:
                return {
                    each: self.of(value, each)
                    for each, value in schema["properties"].items()
                    if each in schema.get("required", ()) or not value.get("deprecated")
                }
            case "object":
                others = schema.get("additionalProperties")
                value = self.of(others, name) if isinstance(others, dict) else 1
                return {OF_KEY.get(name, "key"): value}
            case "array":
                return [self.of(schema["items"], name)]
            case "integer":
                return max(3, int(schema.get("minimum", 3)))
            case kind:
                return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(kind or "null"))

    def _resolved(self, schema: Json) -> Json:
        while "$ref" in schema:
            schema = self._schemas[schema["$ref"].rpartition("/")[2]]
        return schema

    def _first(self, schema: Json) -> Json:
        return next(each for each in schema.get("anyOf") or schema["oneOf"] if each.get("type") != "null")

    def _fits(self, schema: Json, value: Any) -> bool:
        """Tell whether a value is of the schema's type; the tests validate all examples in full."""
        for each in self._alternatives(schema):
            if "enum" in each:
                if value in each["enum"]:
                    return True
                continue
            kind = each.get("type")
            python = {"string": str, "integer": int, "number": (int, float), "boolean": bool, "object": dict}
            if kind is None or (kind in python and isinstance(value, python[kind]) and not isinstance(value, bool)):
                if kind == "string" and each.get("format") in _BY_FORMAT:
                    return value in _BY_FORMAT.values() or value == GAMBLE
                if kind != "object" or "properties" not in each:
                    return True
        return False

    def _alternatives(self, schema: Json) -> Iterator[Json]:
        for each in schema.get("anyOf") or schema.get("oneOf") or (schema,):
            resolved = self._resolved(each)
            if resolved is not schema and ("anyOf" in resolved or "oneOf" in resolved):
                yield from self._alternatives(resolved)
            else:
                yield resolved
