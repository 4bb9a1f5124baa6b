"""What an operator sees of Worlds in the database."""

from kernel.inspection import Inspection

INSPECTIONS = (
    Inspection(
        "log",
        ("worlds.events", "worlds.snapshots"),
        {"last": "(SELECT max(occurred_at) FROM worlds.events)"},
    ),
    Inspection(
        "world",
        ("worlds.worlds", "worlds.members", "worlds.configurations"),
        {
            "by status": """
                (SELECT string_agg(status || ' ' || n, ', ' ORDER BY status)
                 FROM (SELECT status, count(*) AS n FROM worlds.worlds GROUP BY status) AS counted)
            """
        },
    ),
    Inspection(
        "characters",
        ("worlds.characters", "worlds.holdings", "worlds.ignored"),
        {"present": "(SELECT count(*) FROM worlds.characters WHERE is_present)"},
    ),
    Inspection(
        "entities",
        ("worlds.entities",),
        {
            "by kind": """
                (SELECT string_agg(kind || ' ' || n, ', ' ORDER BY kind)
                 FROM (SELECT kind, count(*) AS n FROM worlds.entities GROUP BY kind) AS counted)
            """
        },
    ),
    Inspection("entering", ("worlds.whereabouts",)),
    Inspection(
        "play",
        ("worlds.connections", "worlds.answers"),
        {"open connections": "(SELECT count(*) FROM worlds.connections WHERE closing IS NULL)"},
    ),
    Inspection(
        "posts",
        ("worlds.posts", "worlds.mailboxes", "worlds.pusher_lease"),
        {
            "waiting": "(SELECT count(*) FROM worlds.posts WHERE delivered_at IS NULL)",
            "waiting since": "(SELECT min(posted_at) FROM worlds.posts WHERE delivered_at IS NULL)",
        },
    ),
    Inspection(
        "reporting",
        ("worlds.reports",),
        {"open": "(SELECT count(*) FROM worlds.reports WHERE decided_at IS NULL)"},
    ),
    Inspection(
        "notices",
        ("worlds.notifications", "worlds.notification_preferences", "worlds.devices"),
        {"unread": "(SELECT count(*) FROM worlds.notifications WHERE read_at IS NULL)"},
    ),
    Inspection(
        "interview",
        ("worlds.interviews",),
        {"going on": "(SELECT count(*) FROM worlds.interviews WHERE world_id IS NULL)"},
    ),
    Inspection("wording", ("worlds.generated_texts",)),
    Inspection("describing", ("worlds.awaited_texts",)),
    Inspection("tickets", ("worlds.tickets",)),
    Inspection("trading", ("worlds.trades",)),
    Inspection("building", ("worlds.checkpoints", "worlds.tiles")),
    Inspection("ecosystem", ("worlds.species", "worlds.creatures")),
    Inspection("resources", ("worlds.stocks",)),
    Inspection("crafting", ("worlds.known_recipes", "worlds.researched_nodes", "worlds.works")),
    Inspection(
        "fights",
        ("worlds.fights", "worlds.fighters", "worlds.fight_lease"),
        {"open": "(SELECT count(*) FROM worlds.fights WHERE next_at IS NOT NULL)"},
    ),
    Inspection("demand", ("worlds.demand",)),
    Inspection("economy", ("worlds.barters",)),
    Inspection("npcs", ("worlds.npcs",)),
    Inspection("feats", ("worlds.feats",)),
    Inspection("following", ("worlds.followed",), {"people": "(SELECT count(*) FROM worlds.followed)"}),
    Inspection("villages", ("worlds.villages",)),
    Inspection(
        "memories",
        ("worlds.memories", "worlds.words_said", "worlds.gossip_days"),
        {"told by others": "(SELECT count(*) FROM worlds.memories WHERE told_by IS NOT NULL)"},
    ),
    Inspection("relationships", ("worlds.relationships",)),
    Inspection(
        "promises",
        ("worlds.promises",),
        {"open": "(SELECT count(*) FROM worlds.promises WHERE status = 'open')"},
    ),
    Inspection("prospecting", ("worlds.searches", "worlds.found_veins")),
    Inspection("deep_time", ("worlds.deep_time", "worlds.deep_moments", "worlds.deep_marks")),
    Inspection("ground", ("worlds.maps",)),
    Inspection("weather", ("worlds.weather_told",)),
)
