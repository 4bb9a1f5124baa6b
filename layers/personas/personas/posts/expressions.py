"""SQL about who speaks in a post, for everyone who may read it."""

from __future__ import annotations

from typing import LiteralString

AUTHOR_SLUG: LiteralString = """
    (SELECT f.slug FROM personas.public_profiles AS f WHERE f.persona_id = p.persona_id AND f.is_public)
"""
"""Of `p`, a post or a reply: the address of its persona's profile; null if that is not public."""

SIDES: LiteralString = """
    (SELECT jsonb_build_object(
        'pro_name', d.pro_name, 'con_name', d.con_name,
        'pro_slug', (SELECT f.slug FROM personas.public_profiles AS f
                     WHERE f.persona_id = d.pro_persona_id AND f.is_public),
        'con_slug', (SELECT f.slug FROM personas.public_profiles AS f
                     WHERE f.persona_id = d.con_persona_id AND f.is_public)
    ) FROM personas.battles AS d WHERE d.post_id = p.post_id)
"""
"""Of `p`, a post: the `Sides` of the battle in it; null if there is none."""
