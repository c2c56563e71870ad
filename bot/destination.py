"""Where readers of an announcement are led: to the open web wherever there is a way there. Posts and pages lead to the same place."""

from __future__ import annotations

from bot.model import Content
from bot.policy import Policy, better_link
from bot.text import entities, safe_url


def destination(policy: Policy, agency: str, content: Content, *, alert: bool) -> str | None:
    """Give the item's own address, unless readers should not be led there and it names another; None where there is none.

    Nobody is led behind a login wall by an alert.
    """
    if content.url is None:
        return None
    written = (one.value for one in entities(content.text) if one.kind == "url")
    found = better_link(policy, agency, (content.url, *content.links, *written), behind_walls=not alert)
    return safe_url(found) if found else None
