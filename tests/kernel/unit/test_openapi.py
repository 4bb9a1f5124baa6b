"""The committed description says what the code does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from jsonschema_rs import Draft202012Validator
from pydantic import create_model

from doors.error_objects import has_objects
from doors.nulls import WithNulls
from local.tools import asyncapi, openapi
from local.tools.openapi_schemas import event_types

DOCUMENT: dict[str, Any] = openapi.document()


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key == "$ref":
                yield each
            else:
                yield from references(each)
    elif isinstance(value, list):
        for each in value:
            yield from references(each)


def test_the_committed_file_is_current(capsys: pytest.CaptureFixture[str]):
    assert openapi.main(["--check"]) == 0, capsys.readouterr().err


def test_a_valid_openapi_document():
    schemathesis.openapi.from_dict(json.loads(json.dumps(DOCUMENT))).validate()


def test_every_group_is_in_it_under_its_own_tag():
    tags = {tag["name"] for tag in DOCUMENT["tags"]}

    assert {"Administration", "Economy", "Linking", "Progression", "System", "Users"} <= tags
    assert {tag for _, _, operation in operations() for tag in operation["tags"]} == tags
    assert all(tag["description"] for tag in DOCUMENT["tags"])


def test_every_reference_leads_somewhere():
    for reference in set(references(DOCUMENT)):
        target = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            target = target[step]


def subclasses(model: type) -> Iterator[type]:
    for each in model.__subclasses__():
        yield each
        yield from subclasses(each)


def test_what_may_be_absent_from_an_answer_is_not_promised():
    """What is empty is left out, except by those that show their nulls."""
    show_nulls = {model.__name__ for model in subclasses(WithNulls)}
    schemas: dict[str, Any] = DOCUMENT["components"]["schemas"]
    promised = {
        f"{name}.{field}"
        for name, schema in schemas.items()
        if not name.endswith("Request")  # a body may have to say null
        for field in schema.get("required", ())
        if {"type": "null"} in schema["properties"][field].get("anyOf", ()) and name not in show_nulls
    }

    assert show_nulls & schemas.keys()
    assert promised == set()


def test_operations_have_short_names_of_their_own():
    names = [operation["operationId"] for _, _, operation in operations()]

    assert len(set(names)) == len(names)
    assert {name for name in names if not re.fullmatch(r"[a-z]+(_[a-z0-9]+){1,5}", name)} == set()
    assert {"economy_buy", "economy_buy_alias", "progression_vote"} <= set(names)


def schemas_with_examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that must have an example: bodies, answers and parameters."""
    for path, method, operation in operations():
        contents = {"body": operation.get("requestBody", {})} | operation["responses"]
        for name, content in contents.items():
            if json_content := content.get("content", {}).get("application/json"):
                yield f"{method} {path} {name}", json_content
        for parameter in operation.get("parameters", ()):
            if "schema" in parameter:
                yield f"{method} {path} {parameter['name']}", parameter


def test_every_body_answer_and_parameter_has_a_valid_example():
    problems = {
        name: error.message
        for name, content in schemas_with_examples()
        for error in Draft202012Validator(
            content["schema"] | {"components": DOCUMENT["components"]}, validate_formats=True
        ).iter_errors(content["example"])
    }

    assert problems == {}


def test_the_codes_of_the_gateway_are_among_the_error_codes():
    codes = set(DOCUMENT["components"]["schemas"]["ErrorCode"]["enum"])
    gateway = re.findall(r'"code":\s*"(\w+)"', (openapi.ROOT / "template.yaml").read_text(encoding="utf-8"))

    assert gateway
    assert set(gateway) <= codes


def test_schemas_of_one_title_are_one():
    titles = [schema["title"] for schema in DOCUMENT["components"]["schemas"].values()]

    assert len(set(titles)) == len(titles)


def test_the_events_that_listeners_receive_are_described(capsys: pytest.CaptureFixture[str]):
    assert asyncapi.main(["--check"]) == 0, capsys.readouterr().err
    described = {message["name"] for message in asyncapi.document()["components"]["messages"].values()}

    assert described == {*event_types(), "connected", "keepalive", "closing"}
    assert {"job.level_up", "gamble.complete", "progression.vote_recorded"} <= described
    assert "message.received" not in described  # never logged


def test_everything_below_api_wants_the_key_or_is_for_people_who_sign_in():
    assert DOCUMENT["security"] == [{"ApiKey": []}]
    assert DOCUMENT["components"]["securitySchemes"]["ApiKey"]["name"] == "X-API-Key"
    open_to_all = {path for path, _, operation in operations() if operation.get("security") == []}

    below_api = {path for path in open_to_all if path.startswith("/api/")}
    assert open_to_all - below_api == {path for path in DOCUMENT["paths"] if not path.startswith("/api/")}
    assert {path for path in below_api if not openapi.OF_PEOPLE.match(path)} == set()
    assert {"/api/auth/login", "/api/personas/auth/signup"} <= below_api
    signed_in = {path for path, _, operation in operations() if operation.get("security") == [{"Session": []}]}
    assert {"/api/auth/me", "/api/auth/player"} <= signed_in
    assert {path for path in signed_in if not openapi.OF_PEOPLE.match(path)} == set()


PROBES = ("/readyz", "/health", "/health/ready")
"""Their 503 is their answer, not an error."""


def test_every_error_has_our_shape():
    for path, method, operation in operations():
        for status, response in operation["responses"].items():
            if int(status) < 400 or (path.endswith(PROBES) and status == "503"):
                continue
            reference = re.fullmatch(r"#/components/responses/\w+?(Object)?", response["$ref"])
            assert reference, f"{method} {path} {status}"
            assert (reference[1] is not None) == has_objects(path)
    for name, response in DOCUMENT["components"]["responses"].items():
        schema = response["content"]["application/json"]["schema"]
        assert schema == {"$ref": f"#/components/schemas/Error{'Object' if name.endswith('Object') else ''}"}


def test_fastapis_own_validation_error_is_gone():
    text = json.dumps(DOCUMENT)

    assert "422" not in {status for _, _, operation in operations() for status in operation["responses"]}
    assert "HTTPValidationError" not in text


def test_every_write_may_send_an_idempotency_key():
    for path, method, operation in operations():
        sent = {parameter.get("$ref", "") for parameter in operation.get("parameters", [])}
        repeatable = method != "get" and not has_objects(path)
        assert ("#/components/parameters/IdempotencyKey" in sent) == repeatable, f"{method} {path}"
        assert {"400", "401", "403", "413"} <= operation["responses"].keys() or method == "get"


def group(**fields: Any) -> dict[str, Any]:
    """The description of an app whose Answer has these fields, inside an Envelope."""
    app = FastAPI()
    answer = create_model("Answer", **fields)
    envelope = create_model("Envelope", answer=(answer, ...))
    app.get(f"/api/{'-'.join(fields)}", response_model=envelope)(lambda: None)
    return app.openapi()


def test_one_name_for_two_things_becomes_two_names():
    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}

    openapi._add(merged, "First", group(count=(int, ...)))
    openapi._add(merged, "Second", group(name=(str, ...)))

    schemas = merged["components"]["schemas"]
    assert set(schemas) == {"Answer", "Envelope", "SecondAnswer", "SecondEnvelope"}
    assert set(references(schemas["SecondEnvelope"])) == {"#/components/schemas/SecondAnswer"}
    assert set(references(schemas["Envelope"])) == {"#/components/schemas/Answer"}
    assert set(references(merged["paths"]["/api/name"]["get"]["responses"]["200"])) == {
        "#/components/schemas/SecondEnvelope"
    }


def test_the_same_thing_in_two_groups_stays_one():
    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    first, second = group(count=(int, ...)), group(count=(int, ...))
    second["paths"] = {"/api/other": second["paths"]["/api/count"]}

    openapi._add(merged, "First", first)
    openapi._add(merged, "Second", second)

    assert set(merged["components"]["schemas"]) == {"Answer", "Envelope"}


def test_two_groups_cannot_serve_one_path():
    merged: dict[str, Any] = {"paths": {}, "components": {"schemas": {}}}
    openapi._add(merged, "First", group(count=(int, ...)))

    with pytest.raises(ValueError, match="/api/count is served by two groups"):
        openapi._add(merged, "Second", group(count=(int, ...)))
