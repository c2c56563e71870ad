"""The places Omroeper reads from and publishes to: one line per adapter, loaded on use.

Other people's adapters come through the entry-point group ``omroeper.adapters``; the name of the entry point is the
kind, its value ``module:Class``. ``CONTRIBUTING.md`` has the recipe for a new adapter.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from adapters.contract import Publisher, Source

SOURCES: dict[str, str] = {  # the specific before the general: the first that recognises a document reads it
    "rijksoverheid": "adapters.rijksoverheid.source:RijksoverheidSource",
    "bekendmakingen": "adapters.bekendmakingen.source:BekendmakingenSource",
    "politie": "adapters.politie.source:PolitieSource",
    "sitemap": "adapters.sitemap.source:SitemapSource",
    "cap": "adapters.cap:CapSource",
    "nl_alert": "adapters.nl_alert.source:NlAlertSource",
    "burgernet": "adapters.alerts.burgernet:BurgernetSource",
    "x": "adapters.x.source:XSource",
    "facebook": "adapters.meta.facebook:FacebookSource",
    "threads": "adapters.meta.threads:ThreadsSource",
    "instagram": "adapters.meta.instagram:InstagramSource",
    "tiktok": "adapters.tiktok.source:TikTokSource",
    "bluesky": "adapters.bluesky.source:BlueskySource",
    "mastodon": "adapters.mastodon.source:MastodonSource",
    "youtube": "adapters.youtube:YouTubeSource",
    "folder": "adapters.pushed.folder:FolderSource",
    "webhook": "adapters.pushed.webhook:WebhookSource",
    "feed": "adapters.feed.source:FeedSource",
    "json": "adapters.mapped_json.source:JsonSource",
}

PUBLISHERS: dict[str, str] = {
    "local": "adapters.local:LocalPublisher",
    "mastodon": "adapters.mastodon.publisher:MastodonPublisher",
}

ENTRY_POINTS = "omroeper.adapters"


def source_kinds() -> tuple[str, ...]:
    """Every kind of source that can be configured, in the registry's order, other people's last."""
    return (*SOURCES, *sorted(set(_external()) - set(SOURCES)))


def load_source(kind: str) -> type[Source]:
    """Give the class behind a kind of source. Raises ``KeyError`` for a kind that nobody registered."""
    path = SOURCES.get(kind) or _external()[kind]
    found: type[Source] = _load(path)
    return found


def load_publisher(kind: str) -> type[Publisher]:
    """Give the class behind a kind of account. Raises ``KeyError`` for a kind that nobody registered."""
    found: type[Publisher] = _load(PUBLISHERS[kind])
    return found


def _external() -> dict[str, str]:
    return {point.name: point.value for point in entry_points(group=ENTRY_POINTS)}


def _load(path: str) -> type:
    module, _, name = path.partition(":")
    found: type = getattr(import_module(module), name)
    return found
