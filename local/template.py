"""What template.yaml says, as far as the local stack acts on it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from local.cloudformation import UNKNOWN, Resolver, TemplateError, arn, read_document

__all__ = ["Template", "TemplateError", "load"]

ASYNC_RETRIES: Final = 2  # Lambda's own default


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


@dataclass(frozen=True, slots=True)
class Route:
    method: str  # "ANY" takes every method
    path: str
    function: str
    authorizer: str | None
    usage_key_required: bool = False


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
    routes: tuple[Route, ...]
    authorizers: Mapping[str, Authorizer]
    responses: Mapping[str, GatewayResponse]
    usage_keys: frozenset[str]
    preflight: Mapping[str, str] | None  # headers of the answer that SAM gives to every OPTIONS


@dataclass(frozen=True, slots=True)
class Target:
    kind: Literal["function", "queue"]
    name: str
    input: str | None  # JSON text that replaces the event
    dead_letters: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    bus: str
    pattern: Mapping[str, Any]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    visibility_seconds: float
    max_receives: int | None
    dead_letters: str | None
    arn: str


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
    function: str
    input: str | None


@dataclass(frozen=True, slots=True)
class Template:
    folder: Path
    layers: tuple[str, ...]  # folders, relative to the template
    functions: Mapping[str, Function]
    api: Api
    buses: frozenset[str]
    rules: tuple[Rule, ...]
    queues: Mapping[str, Queue]
    sources: tuple[QueueSource, ...]
    schedules: tuple[Schedule, ...]
    schedule_groups: frozenset[str]
    roles: frozenset[str]  # addresses


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """The template with parameter defaults, or the given values, filled in.

    Raises:
        TemplateError: unreadable, or a function, route or target that leads nowhere.
    """
    document = read_document(path)
    resolver = Resolver(document, parameters or {})
    reader = _Reader(document, resolver)
    try:
        template = reader.template(path.resolve().parent)
    except (KeyError, TypeError, ValueError) as error:
        raise TemplateError(f"{path}: near {reader.place}: {error!r}") from error
    return template


@dataclass(slots=True)
class _Reader:
    document: Mapping[str, Any]
    resolver: Resolver
    place: str = "Resources"
    by_arn: dict[str, tuple[str, str]] = field(default_factory=dict)

    def template(self, folder: Path) -> Template:
        self.by_arn = {str(arn(kind, name)): (kind, name) for name, kind, _ in self.resources()}
        functions = {name: self.function(name, spec) for name, spec in self.of("AWS::Serverless::Function")}
        return Template(
            folder=folder,
            layers=tuple(str(spec["ContentUri"]) for _, spec in self.of("AWS::Serverless::LayerVersion")),
            functions=functions,
            api=self.api(),
            buses=frozenset({"default", *(spec.get("Name", name) for name, spec in self.of("AWS::Events::EventBus"))}),
            rules=tuple(self.rules()),
            queues={name: self.queue(name, spec) for name, spec in self.of("AWS::SQS::Queue")},
            sources=tuple(self.sources()),
            schedules=tuple(self.schedules()),
            schedule_groups=frozenset({"default", *(name for name, _ in self.of("AWS::Scheduler::ScheduleGroup"))}),
            roles=frozenset(address for address, (kind, _) in self.by_arn.items() if kind == "AWS::IAM::Role"),
        )

    def resources(self) -> Iterator[tuple[str, str, dict[str, Any]]]:
        for name, resource in self.document.get("Resources", {}).items():
            self.place = name
            if "Condition" in resource and not self.resolver.holds(resource["Condition"]):
                continue
            yield name, resource["Type"], resource.get("Properties") or {}

    def of(self, kind: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """Resources of one type, resolved."""
        for name, found, properties in self.resources():
            if found == kind:
                yield name, self.resolver.resolve(properties)

    def events(self, *kinds: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(event name, function name, properties) of the SAM events of these types."""
        for function, spec in self.of("AWS::Serverless::Function"):
            for name, event in spec.get("Events", {}).items():
                if event["Type"] in kinds:
                    self.place = f"{function}.Events.{name}"
                    yield f"{function}{name}", function, event.get("Properties", {})

    def name_of(self, address: Any, kind: str) -> str:
        found = self.by_arn.get(str(address).removesuffix(":live"))
        if found is None or found[0] != kind:
            raise TemplateError(f"{self.place}: {address} is no {kind} of this template")
        return found[1]

    def queue_name(self, address: Any) -> str | None:
        return None if address in (None, UNKNOWN) else self.name_of(address, "AWS::SQS::Queue")

    def function(self, name: str, spec: dict[str, Any]) -> Function:
        common = self.resolver.resolve(self.document.get("Globals", {}).get("Function", {}))
        merged = {**common, **spec}
        environment = {
            **common.get("Environment", {}).get("Variables", {}),
            **spec.get("Environment", {}).get("Variables", {}),
        }
        invoke = merged.get("EventInvokeConfig", {})
        on_failure = invoke.get("DestinationConfig", {}).get("OnFailure", {})
        dead_letters = on_failure.get("Destination") or merged.get("DeadLetterQueue", {}).get("TargetArn")
        return Function(
            name=name,
            handler=merged["Handler"],
            code=str(merged["CodeUri"]),
            environment={key: str(value) for key, value in environment.items() if value is not UNKNOWN},
            timeout_seconds=float(merged.get("Timeout", 3)),
            memory_mb=int(merged.get("MemorySize", 128)),
            reserved_concurrency=_int(merged.get("ReservedConcurrentExecutions")),
            retries=int(invoke.get("MaximumRetryAttempts", ASYNC_RETRIES)),
            dead_letters=self.queue_name(dead_letters),
            arn=str(arn("AWS::Serverless::Function", name)),
        )

    def api(self) -> Api:
        common = self.resolver.resolve(self.document.get("Globals", {}).get("Api", {}))
        name, own = next(self.of("AWS::Serverless::Api"), ("Api", {}))
        spec = {**common, **own}
        auth = spec.get("Auth", {})
        default = auth.get("DefaultAuthorizer")
        return Api(
            name=name,
            stage=str(spec.get("StageName", "local")),
            stage_variables={key: str(value) for key, value in spec.get("Variables", {}).items()},
            binary_types=tuple(kind.replace("~1", "/") for kind in spec.get("BinaryMediaTypes", [])),
            routes=tuple(
                Route(
                    method=str(event["Method"]).upper().replace("*", "ANY"),
                    path=event["Path"],
                    function=function,
                    authorizer=_unless_none(event.get("Auth", {}).get("Authorizer", default)),
                    usage_key_required=event.get("Auth", {}).get("ApiKeyRequired", auth.get("ApiKeyRequired", False)),
                )
                for _, function, event in self.events("Api")
            ),
            authorizers={key: self.authorizer(key, value) for key, value in auth.get("Authorizers", {}).items()},
            responses={response.kind: response for response in self.gateway_responses(spec)},
            usage_keys=frozenset(str(key["Value"]) for _, key in self.of("AWS::ApiGateway::ApiKey")),
            preflight=_preflight(spec.get("Cors")),
        )

    def authorizer(self, name: str, spec: dict[str, Any]) -> Authorizer:
        self.place = f"Authorizers.{name}"
        identity = spec.get("Identity", {})
        kind = spec.get("FunctionPayloadType", "TOKEN")
        headers = identity.get("Headers", []) if kind == "REQUEST" else [identity.get("Header", "Authorization")]
        return Authorizer(
            name=name,
            function=self.name_of(spec["FunctionArn"], "AWS::Serverless::Function"),
            headers=tuple(headers),
            query=tuple(identity.get("QueryStrings", [])),
            ttl_seconds=int(identity.get("ReauthorizeEvery", 300)),
            kind=kind,
        )

    def gateway_responses(self, api: dict[str, Any]) -> Iterator[GatewayResponse]:
        for kind, spec in api.get("GatewayResponses", {}).items():
            headers = spec.get("ResponseParameters", {}).get("Headers", {})
            yield _gateway_response(kind, spec, headers)
        for _, spec in self.of("AWS::ApiGateway::GatewayResponse"):
            parameters = spec.get("ResponseParameters", {})
            headers = {key.removeprefix("gatewayresponse.header."): value for key, value in parameters.items()}
            yield _gateway_response(spec["ResponseType"], spec, headers)

    def rules(self) -> Iterator[Rule]:
        for name, spec in self.of("AWS::Events::Rule"):
            if "EventPattern" in spec and _enabled(spec):
                targets = tuple(self.target(target) for target in spec.get("Targets", []))
                yield Rule(name, _bus(spec), spec["EventPattern"], targets)
        for name, function, event in self.events("EventBridgeRule", "CloudWatchEvent"):
            if _enabled(event):
                target = Target("function", function, event.get("Input"), self.dead_letters(event))
                yield Rule(name, _bus(event), event["Pattern"], (target,))

    def target(self, spec: dict[str, Any]) -> Target:
        if unsupported := {"InputTransformer", "InputPath"} & set(spec):
            raise TemplateError(f"{self.place}: the local bus has no {unsupported.pop()}")
        kind, name = self.by_arn.get(str(spec["Arn"]).removesuffix(":live"), ("", ""))
        match kind:
            case "AWS::Serverless::Function":
                return Target("function", name, spec.get("Input"), self.dead_letters(spec))
            case "AWS::SQS::Queue":
                return Target("queue", name, spec.get("Input"), self.dead_letters(spec))
            case _:
                raise TemplateError(f"{self.place}: the target {spec['Arn']} is no function or queue")

    def dead_letters(self, spec: dict[str, Any]) -> str | None:
        return self.queue_name(spec.get("DeadLetterConfig", {}).get("Arn"))

    def queue(self, name: str, spec: dict[str, Any]) -> Queue:
        redrive = spec.get("RedrivePolicy", {})
        return Queue(
            name=name,
            visibility_seconds=float(spec.get("VisibilityTimeout", 30)),
            max_receives=_int(redrive.get("maxReceiveCount")),
            dead_letters=self.queue_name(redrive.get("deadLetterTargetArn")),
            arn=str(arn("AWS::SQS::Queue", name)),
        )

    def sources(self) -> Iterator[QueueSource]:
        for _, function, event in self.events("SQS"):
            yield self.source(function, event, event["Queue"])
        for _, spec in self.of("AWS::Lambda::EventSourceMapping"):
            function = str(spec["FunctionName"])
            yield self.source(self.by_arn.get(function, ("", function))[1], spec, spec["EventSourceArn"])

    def source(self, function: str, spec: dict[str, Any], queue: Any) -> QueueSource:
        return QueueSource(
            queue=self.name_of(queue, "AWS::SQS::Queue"),
            function=function,
            batch_size=int(spec.get("BatchSize", 10)),
            window_seconds=float(spec.get("MaximumBatchingWindowInSeconds", 0)),
            report_failures="ReportBatchItemFailures" in spec.get("FunctionResponseTypes", []),
            concurrency=_int(spec.get("ScalingConfig", {}).get("MaximumConcurrency")),
        )

    def schedules(self) -> Iterator[Schedule]:
        for name, function, event in self.events("Schedule", "ScheduleV2"):
            if _enabled(event):
                expression = event.get("ScheduleExpression") or event["Schedule"]
                yield _schedule(name, expression, event, function, event.get("Input"))
        for name, spec in self.of("AWS::Scheduler::Schedule"):
            if _enabled(spec):
                target = self.target(spec["Target"])
                yield _schedule(name, spec["ScheduleExpression"], spec, target.name, target.input)
        for name, spec in self.of("AWS::Events::Rule"):
            if "ScheduleExpression" in spec and _enabled(spec):
                for target in map(self.target, spec.get("Targets", [])):
                    yield _schedule(name, spec["ScheduleExpression"], spec, target.name, target.input)


def _gateway_response(kind: str, spec: Mapping[str, Any], headers: Mapping[str, Any]) -> GatewayResponse:
    return GatewayResponse(
        kind=kind,
        status=_int(spec.get("StatusCode")),
        headers={name: str(value) for name, value in headers.items()},
        templates=dict(spec.get("ResponseTemplates", {})),
    )


def _preflight(cors: Any) -> dict[str, str] | None:
    if cors is None:
        return None
    spec = cors if isinstance(cors, dict) else {"AllowOrigin": cors}
    names = {
        "AllowOrigin": "access-control-allow-origin",
        "AllowMethods": "access-control-allow-methods",
        "AllowHeaders": "access-control-allow-headers",
        "MaxAge": "access-control-max-age",
    }
    return {header: str(spec[name]).strip("'") for name, header in names.items() if name in spec}


def _schedule(name: str, expression: str, spec: Mapping[str, Any], function: str, data: Any) -> Schedule:
    text = data if data is None or isinstance(data, str) else json.dumps(data)
    return Schedule(name, expression, spec.get("ScheduleExpressionTimezone", "UTC"), function, text)


def _bus(spec: Mapping[str, Any]) -> str:
    return str(spec.get("EventBusName", "default")).rpartition("/")[2]


def _enabled(spec: Mapping[str, Any]) -> bool:
    return spec.get("State", "ENABLED") != "DISABLED" and spec.get("Enabled", True) is not False


def _int(value: Any) -> int | None:
    return None if value in (None, UNKNOWN) else int(value)


def _unless_none(authorizer: str | None) -> str | None:
    return None if authorizer in (None, "NONE") else authorizer
