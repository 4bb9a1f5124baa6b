"""Reads template.yaml, as far as the local stack needs it."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from local.stack.cloudformation import UNKNOWN, Resolver, TemplateError, arn, read_document
from local.stack.resources import (
    Api,
    Authorizer,
    Function,
    GatewayResponse,
    QueueSource,
    QueueSpec,
    Route,
    Rule,
    Schedule,
    SocketApi,
    Table,
    Target,
    Template,
)

__all__ = ["Function", "Template", "TemplateError", "load"]

ASYNC_RETRIES: Final = 2  # Lambda's own default
SOCKET_PATH: Final = "/realtime"  # of a WebSocket API that no front has
_METHODS: Final[Mapping[str, str]] = {"x-amazon-apigateway-any-method": "ANY"}


def load(path: Path, parameters: Mapping[str, str] | None = None) -> Template:
    """The template with parameter defaults, or the given values, filled in.

    Raises:
        TemplateError: unreadable, or a function, route or target that refers to something missing.
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
            sockets=tuple(self.sockets()),
            buses=frozenset({"default", *(spec.get("Name", name) for name, spec in self.of("AWS::Events::EventBus"))}),
            rules=tuple(self.rules()),
            queues={name: self.queue(name, spec) for name, spec in self.of("AWS::SQS::Queue")},
            sources=tuple(self.sources()),
            schedules=tuple(self.schedules()),
            tables=tuple(_table(name, spec) for name, spec in self.of("AWS::DynamoDB::Table")),
            secrets={name: _secret(spec) for name, spec in self.of("AWS::SecretsManager::Secret")},
            schedule_groups=frozenset({"default", *(name for name, _ in self.of("AWS::Scheduler::ScheduleGroup"))}),
            roles=frozenset(address for address, (kind, _) in self.by_arn.items() if kind == "AWS::IAM::Role"),
            max_connections=next(
                (_int(spec["Parameters"].get("max_connections")) for _, spec in self.of("AWS::RDS::DBParameterGroup")),
                None,
            ),
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
            inner="VpcConfig" in merged,
            web_app=_web_app(environment),
        )

    def api(self) -> Api:
        common = self.resolver.resolve(self.document.get("Globals", {}).get("Api", {}))
        name, own = next(self.of("AWS::Serverless::Api"), ("Api", {}))
        spec = {**common, **own}
        auth = spec.get("Auth", {})
        return Api(
            name=name,
            stage=str(spec.get("StageName", "local")),
            stage_variables={key: str(value) for key, value in spec.get("Variables", {}).items()},
            binary_types=tuple(kind.replace("~1", "/") for kind in spec.get("BinaryMediaTypes", [])),
            least_compressed=_int(spec.get("MinimumCompressionSize")),
            routes=tuple(self.routes(spec.get("DefinitionBody", {}), auth)),
            authorizers={key: self.authorizer(key, value) for key, value in auth.get("Authorizers", {}).items()},
            responses={response.kind: response for response in self.gateway_responses(spec)},
            usage_keys=frozenset(str(key["Value"]) for _, key in self.of("AWS::ApiGateway::ApiKey")),
        )

    def routes(self, definition: dict[str, Any], auth: dict[str, Any]) -> Iterator[Route]:
        """The paths of an OpenAPI definition, with what SAM adds to those that do not say who may call them."""
        for path, methods in definition.get("paths", {}).items():
            for method, operation in methods.items():
                self.place = f"the path {path}"
                integration = operation["x-amazon-apigateway-integration"]
                schemes = {scheme for each in operation.get("security", []) for scheme in each}
                keyless = "api_key_false" in schemes or not auth.get("ApiKeyRequired", False)
                authorizers = schemes - {"api_key", "api_key_false"} or {auth.get("DefaultAuthorizer")}
                yield Route(
                    method=_METHODS.get(method) or str(method).upper(),
                    path=path,
                    function=self.name_of(_invoked(integration["uri"]), "AWS::Serverless::Function"),
                    authorizer=_unless_none(authorizers.pop()),
                    usage_key_required="api_key" in schemes or not keyless,
                    streams=integration.get("responseTransferMode") == "STREAM",
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

    def sockets(self) -> Iterator[SocketApi]:
        apis = list(self.of("AWS::Serverless::WebSocketApi"))
        paths = {
            behavior["TargetOriginId"]: behavior["PathPattern"]
            for _, spec in self.of("AWS::CloudFront::Distribution")
            for behavior in spec["DistributionConfig"].get("CacheBehaviors", [])
        }
        responses = [
            spec["RouteId"]["Ref"] for _, kind, spec in self.resources() if kind == "AWS::ApiGatewayV2::RouteResponse"
        ]
        for name, spec in apis:
            self.place = name
            yield self.socket_api(name, spec, paths.get(name, SOCKET_PATH), responses)
        of_routes = {_route_id(name, key) for name, spec in apis for key in spec["Routes"]}
        if unknown := {*responses} - of_routes:
            raise TemplateError(f"{unknown.pop()} is no route of a WebSocket API")

    def socket_api(self, name: str, spec: dict[str, Any], path: str, responses: Container[str]) -> SocketApi:
        auth = spec.get("Auth", {})
        authorizer = auth["AuthArn"] if auth.get("AuthType") == "CUSTOM" else None
        selection = spec.get("RouteSelectionExpression")
        body, _, selector = str(selection).rpartition(".")
        if body != "$request.body":
            raise TemplateError(f"{name}: the local stack routes by a field of the body, not by {selection}")
        responding = {key for key in spec["Routes"] if _route_id(name, key) in responses}
        if responding != {key for key, route in spec["Routes"].items() if "RouteResponseSelectionExpression" in route}:
            raise TemplateError(f"{name}: an answer needs both a RouteResponse and RouteResponseSelectionExpression")
        return SocketApi(
            name=name,
            stage=str(spec.get("StageName", "default")),
            path=path,
            selector=selector,
            routes={
                key: self.name_of(route["FunctionArn"], "AWS::Serverless::Function")
                for key, route in spec["Routes"].items()
            },
            responding=frozenset(responding),
            authorizer=self.name_of(authorizer, "AWS::Serverless::Function") if authorizer else None,
            identity=tuple(auth.get("IdentitySource", [])),
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
                target = Target("function", function, _text(event.get("Input")), self.dead_letters(event))
                yield Rule(name, _bus(event), event["Pattern"], (target,))

    def target(self, spec: dict[str, Any]) -> Target:
        if unsupported := {"InputTransformer", "InputPath"} & set(spec):
            raise TemplateError(f"{self.place}: the local bus has no {unsupported.pop()}")
        kind, name = self.by_arn.get(str(spec["Arn"]).removesuffix(":live"), ("", ""))
        match kind:
            case "AWS::Serverless::Function":
                return Target("function", name, _text(spec.get("Input")), self.dead_letters(spec))
            case "AWS::SQS::Queue":
                group = spec.get("SqsParameters", {}).get("MessageGroupId")
                return Target("queue", name, _text(spec.get("Input")), self.dead_letters(spec), group)
            case _:
                raise TemplateError(f"{self.place}: the target {spec['Arn']} is no function or queue")

    def dead_letters(self, spec: dict[str, Any]) -> str | None:
        return self.queue_name(spec.get("DeadLetterConfig", {}).get("Arn"))

    def queue(self, name: str, spec: dict[str, Any]) -> QueueSpec:
        redrive = spec.get("RedrivePolicy", {})
        return QueueSpec(
            name=name,
            visibility_seconds=float(spec.get("VisibilityTimeout", 30)),
            max_receives=_int(redrive.get("maxReceiveCount")),
            dead_letters=self.queue_name(redrive.get("deadLetterTargetArn")),
            arn=str(arn("AWS::SQS::Queue", name)),
            fifo=spec.get("FifoQueue", False) is True,
            deduplicates=spec.get("ContentBasedDeduplication", False) is True,
            delay_seconds=float(spec.get("DelaySeconds", 0)),
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
        for kind in ("Schedule", "ScheduleV2"):
            for name, function, event in self.events(kind):
                if _enabled(event):
                    expression = event.get("ScheduleExpression") or event["Schedule"]
                    target = Target("function", function, _text(event.get("Input")), self.dead_letters(event))
                    yield Schedule(name, expression, _timezone(event), target, is_rule=kind == "Schedule")
        for name, spec in self.of("AWS::Scheduler::Schedule"):
            if _enabled(spec):
                yield Schedule(name, spec["ScheduleExpression"], _timezone(spec), self.target(spec["Target"]))
        for name, spec in self.of("AWS::Events::Rule"):
            if "ScheduleExpression" in spec and _enabled(spec):
                for target in map(self.target, spec.get("Targets", [])):
                    yield Schedule(name, spec["ScheduleExpression"], _timezone(spec), target, is_rule=True)


def _route_id(api: str, key: str) -> str:
    """The logical id that SAM gives to a route of a WebSocket API."""
    return f"{api}{key.removeprefix('$').capitalize()}Route"


def _invoked(uri: str) -> str:
    """The function's address within that of the Lambda API that a path's integration calls."""
    return uri.rpartition("/functions/")[2].rpartition("/")[0]


def _gateway_response(kind: str, spec: Mapping[str, Any], headers: Mapping[str, Any]) -> GatewayResponse:
    return GatewayResponse(
        kind=kind,
        status=_int(spec.get("StatusCode")),
        headers={name: str(value) for name, value in headers.items()},
        templates=dict(spec.get("ResponseTemplates", {})),
    )


def _table(name: str, spec: Mapping[str, Any]) -> Table:
    names = ("KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    definition = {key: spec[key] for key in names if key in spec}
    expiry = spec.get("TimeToLiveSpecification", {})
    return Table(
        name=name,
        definition={"TableName": name, "BillingMode": "PAY_PER_REQUEST", **definition},
        expiry=expiry["AttributeName"] if expiry.get("Enabled") is True else None,
    )


def _secret(spec: Mapping[str, Any]) -> str:
    """The secret's value. Nothing is generated: a secret without a value stays empty."""
    text = spec.get("SecretString", spec.get("GenerateSecretString", {}).get("SecretStringTemplate"))
    return text if isinstance(text, str) else "{}"


def _web_app(environment: Mapping[str, Any]) -> str | None:
    # The adapter's start script: what the function runs is a web server around this application.
    return str(environment["WEB_APP"]) if environment.get("AWS_LAMBDA_EXEC_WRAPPER") == "/opt/bootstrap" else None


def _timezone(spec: Mapping[str, Any]) -> str:
    return str(spec.get("ScheduleExpressionTimezone", "UTC"))


def _text(data: Any) -> str | None:
    return data if data is None or isinstance(data, str) else json.dumps(data)


def _bus(spec: Mapping[str, Any]) -> str:
    return str(spec.get("EventBusName", "default")).rpartition("/")[2]


def _enabled(spec: Mapping[str, Any]) -> bool:
    return spec.get("State", "ENABLED") != "DISABLED" and spec.get("Enabled", True) is not False


def _int(value: Any) -> int | None:
    return None if value in (None, UNKNOWN) else int(value)


def _unless_none(authorizer: str | None) -> str | None:
    return None if authorizer in (None, "NONE") else authorizer
