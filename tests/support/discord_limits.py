"""Discord's limits. Its API refuses a message that exceeds one of them, and the caller sees nothing."""

from __future__ import annotations

from typing import Any


def check_answer(answer: dict[str, Any]) -> None:
    """Check an answer to an interaction of any type."""
    data = answer.get("data", {})
    match answer["type"]:
        case 1 | 6:
            assert "data" not in answer
        case 4 | 7:
            check_message(data)
        case 5:
            assert data in ({}, {"flags": 64})
        case 8:
            _check_choices(data["choices"])
        case 9:
            _check_form(data)
        case other:
            raise AssertionError(f"Discord knows no answer of type {other}")


def check_message(message: dict[str, Any]) -> None:
    embeds, rows = message["embeds"], message["components"]
    assert message["content"] or embeds
    assert len(message["content"]) <= 2000
    assert message["allowed_mentions"] == {"parse": []}
    assert len(embeds) <= 10
    assert sum(_check_embed(embed) for embed in embeds) <= 6000
    assert len(rows) <= 5
    ids = [each["custom_id"] for row in rows for each in _check_row(row)]
    assert len(ids) == len(set(ids))


def _check_embed(embed: dict[str, Any]) -> int:
    """Check an embed; return its share of the limit for all embeds."""
    fields = embed.get("fields", [])
    footer = embed.get("footer", {}).get("text", "")
    assert embed["title"] or embed["description"] or fields
    assert len(embed["title"]) <= 256
    assert len(embed["description"]) <= 4096
    assert len(fields) <= 25
    assert len(footer) <= 2048
    for field in fields:
        assert 1 <= len(field["name"]) <= 256
        assert 1 <= len(field["value"]) <= 1024
    texts = [embed["title"], embed["description"], footer, *(f["name"] + f["value"] for f in fields)]
    return sum(map(len, texts))


def _check_row(row: dict[str, Any]) -> list[dict[str, Any]]:
    components = row["components"]
    assert row["type"] == 1
    assert 1 <= len(components) <= 5
    if any(each["type"] == 3 for each in components):
        assert len(components) == 1
    for each in components:
        assert 1 <= len(each["custom_id"]) <= 100
        if each["type"] == 2:
            assert 1 <= len(each["label"]) <= 80
            assert each["style"] in (1, 2, 3, 4)
        else:
            assert each["type"] == 3
            assert 1 <= len(each["options"]) <= 25
            assert len(each.get("placeholder", "")) <= 150
            values = [option["value"] for option in each["options"]]
            assert len(values) == len(set(values))
            for option in each["options"]:
                assert 1 <= len(option["label"]) <= 100
                assert 1 <= len(option["value"]) <= 100
                assert len(option.get("description", "")) <= 100
    return components


def _check_choices(choices: list[dict[str, Any]]) -> None:
    assert len(choices) <= 25
    for choice in choices:
        assert 1 <= len(choice["name"]) <= 100
        assert isinstance(choice["value"], int) or 1 <= len(choice["value"]) <= 100


def _check_form(form: dict[str, Any]) -> None:
    assert 1 <= len(form["title"]) <= 45
    assert 1 <= len(form["custom_id"]) <= 100
    assert 1 <= len(form["components"]) <= 5
    for row in form["components"]:
        (field,) = row["components"]
        assert field["type"] == 4
        assert 1 <= len(field["label"]) <= 45
        assert len(field.get("placeholder", "")) <= 100
