"""The resources of a template, as the local stack represents them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    handler: str
    code: str  # CodeUri, relative to the template
    environment: Mapping[str, str]
    timeout_seconds: float
    memory_mb: int
    reserved_concurrency: int | None
    retries: int
    dead_letters: str | None  # a queue's name
    arn: str
    inner: bool = True  # in the VPC
    web_app: str | None = None  # "module:attribute" of the ASGI application behind the Lambda Web Adapter


@dataclass(frozen=True, slots=True)
class Route:
    method: str  # "ANY" takes every method
    path: str
    function: str
    authorizer: str | None
    usage_key_required: bool = False
    streams: bool = False  # the answer is passed on as it comes


@dataclass(frozen=True, slots=True)
class Authorizer:
    name: str
    function: str
    headers: tuple[str, ...]
    query: tuple[str, ...]
    ttl_seconds: int
    kind: Literal["REQUEST", "TOKEN"] = "REQUEST"


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    kind: str  # MISSING_AUTHENTICATION_TOKEN, DEFAULT_4XX, ...
    status: int | None
    headers: Mapping[str, str]  # name -> mapping expression
    templates: Mapping[str, str]  # content type -> template


@dataclass(frozen=True, slots=True)
class Api:
    name: str
    stage: str
    stage_variables: Mapping[str, str]
    binary_types: tuple[str, ...]
    least_compressed: int | None  # bytes of an answer that is compressed where the client asks for it; None: none is
    routes: tuple[Route, ...]
    authorizers: Mapping[str, Authorizer]
    responses: Mapping[str, GatewayResponse]
    usage_keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class SocketApi:
    name: str
    stage: str
    path: str  # where the front has it
    selector: str  # the field of a message that names its route
    routes: Mapping[str, str]  # $connect, $default, ... -> function
    responding: frozenset[str]  # the routes whose functions' answers reach the client
    authorizer: str | None  # a function
    identity: tuple[str, ...]  # what $connect must bring to be asked about: route.request.querystring.ticket


@dataclass(frozen=True, slots=True)
class Target:
    kind: Literal["function", "queue"]
    name: str
    input: str | None  # JSON text that replaces the event
    dead_letters: str | None
    group: str | None = None  # of the messages in a FIFO queue


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    bus: str
    pattern: Mapping[str, Any]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class QueueSpec:
    name: str
    visibility_seconds: float
    max_receives: int | None
    dead_letters: str | None
    arn: str
    fifo: bool = False
    deduplicates: bool = False  # by the body, where a message brings no id
    delay_seconds: float = 0  # before a new message becomes visible


@dataclass(frozen=True, slots=True)
class QueueSource:
    queue: str
    function: str
    batch_size: int
    window_seconds: float
    report_failures: bool
    concurrency: int | None


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    expression: str
    timezone: str
    target: Target
    is_rule: bool = False  # of EventBridge's bus, whose events differ from the Scheduler's


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    definition: Mapping[str, Any]  # what DynamoDB's CreateTable takes
    expiry: str | None  # the attribute with an item's expiry, in Unix seconds


@dataclass(frozen=True, slots=True)
class Template:
    folder: Path
    layers: tuple[str, ...]  # folders, relative to the template
    functions: Mapping[str, Function]
    api: Api
    sockets: tuple[SocketApi, ...]
    buses: frozenset[str]
    rules: tuple[Rule, ...]
    queues: Mapping[str, QueueSpec]
    sources: tuple[QueueSource, ...]
    schedules: tuple[Schedule, ...]
    tables: tuple[Table, ...]
    secrets: Mapping[str, str]
    schedule_groups: frozenset[str]
    roles: frozenset[str]  # addresses
    max_connections: int | None  # of the database; None: the template has none
