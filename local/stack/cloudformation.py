"""CloudFormation's YAML and its intrinsic functions, as far as they can be answered without AWS."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

ACCOUNT: Final = "000000000000"
REGION: Final = "us-east-1"
STACK: Final = "brandish-local"

_ARNS: Final = {
    "AWS::Serverless::Function": "arn:aws:lambda:{region}:{account}:function:{id}",
    "AWS::SQS::Queue": "arn:aws:sqs:{region}:{account}:{id}",
    "AWS::Events::EventBus": "arn:aws:events:{region}:{account}:event-bus/{id}",
    "AWS::IAM::Role": "arn:aws:iam::{account}:role/{id}",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:{region}:{account}:table/{id}",
    "AWS::Scheduler::ScheduleGroup": "arn:aws:scheduler:{region}:{account}:schedule-group/{id}",
}
_PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class TemplateError(Exception):
    """The template has something that the local stack cannot handle. The message names the place."""


class _Unknown:
    def __repr__(self) -> str:
        return "<known only in AWS>"


class _Absent:
    """What AWS::NoValue stands for."""


UNKNOWN: Final = _Unknown()
_ABSENT: Final = _Absent()


if TYPE_CHECKING:
    _Fastest = yaml.SafeLoader
else:  # libyaml's where available: the template is long, and parsing it delays every start
    _Fastest = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Fastest):
    pass


def _construct_tag(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _construct_tag)
# A template's version, "2010-09-09", is text; so is everything else that looks like a date.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read_document(path: Path) -> dict[str, Any]:
    """The template as plain data, each tag as its long form.

    Raises:
        TemplateError: no such file, or not YAML; names file and line.
    """
    try:
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # a SafeLoader
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}") from None
    except yaml.YAMLError as error:
        raise TemplateError(f"{path}: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict):
        raise TemplateError(f"{path}: a template is a mapping with Resources")
    return document


def arn(resource_type: str, logical_id: str) -> str | _Unknown:
    """The address under which the local stack knows a resource: its logical id stands in for its name."""
    pattern = _ARNS.get(resource_type)
    return pattern.format(region=REGION, account=ACCOUNT, id=logical_id) if pattern else UNKNOWN


def queue_url(name: str) -> str:
    """The queue's URL for SendMessage. It is never opened: functions send their requests to AWS_ENDPOINT_URL."""
    return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"


class Resolver:
    """Answers the intrinsic functions of one document."""

    def __init__(self, document: Mapping[str, Any], parameters: Mapping[str, str]) -> None:
        self._resources: Mapping[str, Any] = document.get("Resources", {})
        self._conditions: Mapping[str, Any] = document.get("Conditions", {})
        self._mappings: Mapping[str, Any] = document.get("Mappings", {})
        self._parameters = {
            name: _parameter(spec, parameters.get(name)) for name, spec in document.get("Parameters", {}).items()
        }

    def holds(self, condition: str) -> bool:
        if condition not in self._conditions:
            raise TemplateError(f"Conditions: {condition} is used and not defined")
        return self.resolve(self._conditions[condition]) is True

    def resolve(self, value: Any) -> Any:
        """The value with every function answered; UNKNOWN where only AWS has the answer."""
        if isinstance(value, list):
            return [item for item in map(self.resolve, value) if item is not _ABSENT]
        if not isinstance(value, dict):
            return UNKNOWN if isinstance(value, str) and "{{resolve:" in value else value
        if len(value) == 1:
            function, argument = next(iter(value.items()))
            if function in ("Ref", "Condition") or str(function).startswith("Fn::"):
                return self._answer(function, argument)
        resolved = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not _ABSENT}

    def _answer(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return self._ref(argument)
            case "Condition":
                return self.holds(argument)
            case "Fn::GetAtt":
                return self._attribute(*argument)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                return self.resolve(argument[1] if self.holds(argument[0]) else argument[2])
            case "Fn::Equals":
                first, second = (self.resolve(item) for item in argument)
                return str(first) == str(second)
            case "Fn::Not":
                return not self.resolve(argument[0])
            case "Fn::And":
                return all(self.resolve(item) for item in argument)
            case "Fn::Or":
                return any(self.resolve(item) for item in argument)
            case "Fn::FindInMap":
                section, top, second = (self.resolve(item) for item in argument[:3])
                return self.resolve(self._mappings[section][top][second])
            case "Fn::Join":
                parts = self.resolve(argument[1])
                return _unless_unknown(parts, lambda: argument[0].join(map(str, parts)))
            case "Fn::Select":
                options = self.resolve(argument[1])
                return _unless_unknown(options, lambda: options[int(self.resolve(argument[0]))])
            case "Fn::Split":
                text = self.resolve(argument[1])
                return _unless_unknown(text, lambda: text.split(argument[0]))
            case _:
                return UNKNOWN

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _ABSENT
        if name in _PSEUDO:
            return _PSEUDO[name]
        if name in self._parameters:
            return self._parameters[name]
        logical_id, _, suffix = name.partition(".")  # SAM: Function.Alias, Function.Version
        if logical_id not in self._resources:
            return UNKNOWN
        return self._attribute(logical_id, "Arn") if suffix else self._name(logical_id)

    def _name(self, logical_id: str) -> Any:
        """The value of Ref: a queue's URL, a bus's name, otherwise the logical id in place of a name."""
        resource = self._resources[logical_id]
        if resource.get("Type") == "AWS::SQS::Queue":
            return queue_url(logical_id)
        if resource.get("Type") == "AWS::Events::EventBus":
            return self.resolve(resource.get("Properties", {}).get("Name", logical_id))
        return logical_id

    def _attribute(self, name: str, attribute: str) -> Any:
        kind = self._resources.get(name, {}).get("Type", "")
        match kind, attribute:
            case "AWS::Events::EventBus", "Arn":
                return arn(kind, self._name(name))
            case "AWS::SQS::Queue", "QueueName":
                return name
            case "AWS::SQS::Queue", "QueueUrl":
                return queue_url(name)
            case _, "Arn":
                return arn(kind, name)
            case _:
                return UNKNOWN

    def _sub(self, argument: Any) -> Any:
        text, values = (argument, {}) if isinstance(argument, str) else argument
        unknown = False

        def fill(match: re.Match[str]) -> str:
            nonlocal unknown
            name = match[1]
            if name.startswith("!"):
                return "${" + name[1:] + "}"
            if name in values:
                found = self.resolve(values[name])
            elif "." in name and name not in self._parameters:
                found = self._attribute(*name.split(".", 1))
            else:
                found = self._ref(name)
            unknown = unknown or found is UNKNOWN
            return str(found)

        filled = re.sub(r"\$\{([^}]+)\}", fill, text)
        return UNKNOWN if unknown or "{{resolve:" in filled else filled


def _parameter(spec: Mapping[str, Any], given: str | None) -> Any:
    value = given if given is not None else spec.get("Default", UNKNOWN)
    if isinstance(value, str) and ("List" in spec.get("Type", "")):
        return [item.strip() for item in value.split(",")]
    return value


def _unless_unknown(value: Any, answer: Any) -> Any:
    unknown = value is UNKNOWN or (isinstance(value, list) and UNKNOWN in value)
    return UNKNOWN if unknown else answer()
