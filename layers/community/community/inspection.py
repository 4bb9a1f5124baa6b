"""What an operator sees of Community in the database."""

from __future__ import annotations

from kernel.inspection import Inspection

INSPECTIONS = (
    Inspection(
        "players",
        ("users", "user_platform_links", "forgotten_accounts", "departed_accounts", "platforms"),
        {"seen today": "(SELECT count(*) FROM user_platform_links WHERE seen_at > now() - interval '1 day')"},
    ),
    Inspection("inventory", ("user_inventory",)),
    Inspection("catalog", ("items",)),
    Inspection(
        "progression",
        ("world", "world_documents", "progression_nodes", "progression_unlocks"),
        {"unlocked nodes": "(SELECT count(DISTINCT node_id) FROM progression_unlocks)"},
    ),
    Inspection(
        "voting",
        (
            "voting_sessions",
            "voting_options",
            "ballots",
            "voting_weights",
            "unlock_progress",
            "progression_resets",
        ),
        {
            "open vote": """
                (SELECT session_id || ' (' || status || '), until ' || to_char(voting_deadline, 'YYYY-MM-DD HH24:MI')
                 FROM voting_sessions WHERE status <> 'completed' AND poll_id IS NULL)
            """,
            "ballots in it": """
                (SELECT count(*) FROM ballots JOIN voting_sessions USING (session_id)
                 WHERE status <> 'completed' AND poll_id IS NULL)
            """,
            "open poll": """
                (SELECT world_name || ', until ' || to_char(voting_deadline, 'YYYY-MM-DD HH24:MI')
                 FROM voting_sessions WHERE status <> 'completed' AND poll_id IS NOT NULL)
            """,
        },
    ),
    Inspection("contributions", ("contribution_shards",), {"points": "(SELECT sum(points) FROM contribution_shards)"}),
    Inspection(
        "gambles",
        ("gambles", "gamble_participants", "gamble_opened_items"),
        {
            "open": "(SELECT count(*) FROM gambles WHERE executed_at IS NULL)",
            "overdue since": """
                (SELECT min(join_deadline) FROM gambles WHERE executed_at IS NULL AND join_deadline < now())
            """,
        },
    ),
    Inspection(
        "deliveries",
        ("deliveries",),
        {
            "on their way": "(SELECT count(*) FROM deliveries)",
            "overdue since": "(SELECT min(due_at) FROM deliveries WHERE due_at < now() AND NOT no_room)",
            "without room": "(SELECT count(*) FROM deliveries WHERE no_room)",
        },
    ),
    Inspection("messages", ("active_chatters",)),
    Inspection("jobs", ("user_jobs", "job_xp_events", "daily_reset")),
    Inspection("crafting", ("user_unlocked_recipes",)),
    Inspection("achievements", ("user_achievements",)),
    Inspection("quests", ("quest_progress", "quest_reset")),
    Inspection("cooldowns", ("cooldowns",), {"running": "(SELECT count(*) FROM cooldowns WHERE expires_at > now())"}),
    Inspection(
        "timeouts",
        ("timeouts", "player_timeouts", "account_timeouts"),
        {"running": "(SELECT count(*) FROM player_timeouts WHERE expires_at > now())"},
    ),
    Inspection("search", ("searches",)),
    Inspection("shields", ("shields",)),
    Inspection("traps", ("traps",), {"set": "(SELECT count(*) FROM traps WHERE triggered_at IS NULL)"}),
    Inspection("blasts", ("armed_blasts",)),
    Inspection(
        "stats",
        ("stats_inbox", "stats_events", "stats_standings", "stats_totals", "stats_windows", "user_streaks"),
        {"not yet added up": "(SELECT count(*) FROM stats_inbox)"},
    ),
    Inspection(
        "engagement",
        (
            "engagement_inbox",
            "engagement_totals",
            "engagement_scores",
            "engagement_days",
            "engagement_past",
            "engagement_past_until",
        ),
        {"not yet added up": "(SELECT count(*) FROM engagement_inbox)"},
    ),
    Inspection("recent_activity", ("player_recent_activity",)),
    Inspection("linking", ("link_tokens", "link_claims", "unlink_requests", "code_guesses", "player_accounts")),
    Inspection("heroes", ("hero_feats", "account_feats", "followed_hero")),
    Inspection("exclusions", ("excluded_accounts",)),
    Inspection(
        "imports",
        ("import_batches", "import_entries"),
        {"waiting for their player": "(SELECT count(*) FROM import_entries WHERE credited_at IS NULL)"},
    ),
)
