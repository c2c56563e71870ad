"""The places Omroeper reads from and publishes to: one line per adapter, loaded on use.

Other people's adapters come through the entry-point group ``omroeper.adapters``; the name of the entry point is the
kind, its value ``module:Class``. ``CONTRIBUTING.md`` has the recipe for a new adapter.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import entry_points

from adapters.contract import Publisher, Source

SOURCES: dict[str, str] = {  # the specific before the general: the first that recognises a document reads it
    "rijksoverheid": "adapters.rijksoverheid:RijksoverheidSource",
    "bekendmakingen": "adapters.bekendmakingen:BekendmakingenSource",
    "politie": "adapters.politie:PolitieSource",
    "sitemap": "adapters.sitemap:SitemapSource",
    "cap": "adapters.cap:CapSource",
    "nl_alert": "adapters.nl_alert:NlAlertSource",
    "burgernet": "adapters.burgernet:BurgernetSource",
    "x": "adapters.x:XSource",
    "facebook": "adapters.facebook:FacebookSource",
    "threads": "adapters.threads:ThreadsSource",
    "instagram": "adapters.instagram:InstagramSource",
    "tiktok": "adapters.tiktok:TikTokSource",
    "bluesky": "adapters.bluesky:BlueskySource",
    "mastodon": "adapters.mastodon_source:MastodonSource",
    "youtube": "adapters.youtube:YouTubeSource",
    "folder": "adapters.folder:FolderSource",
    "webhook": "adapters.webhook:WebhookSource",
    "feed": "adapters.feed:FeedSource",
    "json": "adapters.mapped_json:JsonSource",
}

PUBLISHERS: dict[str, str] = {
    "local": "adapters.local:LocalPublisher",
    "mastodon": "adapters.mastodon:MastodonPublisher",
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
