"""What an operator sees of Personas in the database."""

from __future__ import annotations

from kernel.inspection import Inspection

INSPECTIONS = (
    Inspection("people", ("personas.personas",)),
    Inspection("profiles", ("personas.public_profiles", "personas.follows")),
    Inspection("rooms", ("personas.rooms",)),
    Inspection("templates", ("personas.templates",)),
    Inspection(
        "posts",
        ("personas.posts",),
        {
            "by status": """
                (SELECT string_agg(status || ' ' || n, ', ' ORDER BY status)
                 FROM (SELECT status, count(*) AS n FROM personas.posts GROUP BY status) AS counted)
            """
        },
    ),
    Inspection("threads", ("personas.replies", "personas.thread_summaries")),
    Inspection(
        "battles",
        ("personas.battles", "personas.battle_turns", "personas.remix_token_uses"),
        {
            "by status": """
                (SELECT string_agg(status || ' ' || n, ', ' ORDER BY status)
                 FROM (SELECT status, count(*) AS n FROM personas.battles GROUP BY status) AS counted)
            """,
        },
    ),
    Inspection(
        "channels",
        ("personas.channel_battles", "personas.channel_votes"),
        {"open votes": "(SELECT count(*) FROM personas.channel_battles WHERE closed_at IS NULL)"},
    ),
    Inspection("digests", ("personas.daily_digests", "personas.weekly_digests")),
    Inspection("activity", ("personas.activity",)),
    Inspection("quotas", ("personas.quota_usage", "personas.quota_leases", "personas.quota_events")),
    Inspection("happenings", ("personas.happenings", "personas.engagements", "personas.engagement_totals")),
    Inspection("notices", ("personas.notifications",)),
    Inspection(
        "moderation",
        ("personas.reports",),
        {"open reports": "(SELECT count(*) FROM personas.reports WHERE decided_at IS NULL)"},
    ),
    Inspection("mutes", ("personas.mutes",)),
)
