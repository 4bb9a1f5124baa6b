"""What the product's own templates say, in the reader's language: battles are run with the English that is stored."""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from kernel.texts import term
from personas.templates.models import Template

NAME: Final = "template"
RULES: Final = "template: rules"


def template_name(name: str) -> str:
    """Return the name of a template in the current language; those that people wrote stay as they are."""
    return term(NAME, name)


def template_rules(prompt_rules: str) -> str:
    """Return the rules of a template, likewise."""
    return term(RULES, prompt_rules)


def shown(template: Template) -> Template:
    """Return a template in the current language."""
    return replace(template, name=template_name(template.name), prompt_rules=template_rules(template.prompt_rules))
