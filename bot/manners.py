"""How the outside world is asked: by which name, how often, and how much at a time."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import version

from adapters.http import NetworkPolicy
from bot.settings import Settings

OUR_HOME = "https://omroeper.example"


def network_policy(settings: Settings) -> NetworkPolicy:
    """Say how the outside world is asked. Manners towards public hosts are not owed to one's own, unless they are set."""
    network = settings.network
    manners = NetworkPolicy(
        user_agent=user_agent(settings),
        allow_private=network.allow_private,
        per_host=network.per_host,
        host_gap=network.host_gap.total_seconds(),
        timeout=network.timeout.total_seconds(),
        concurrency=network.concurrency,
        proxy=network.proxy,
    )
    if "per_host" in network.model_fields_set:
        manners = replace(manners, private_per_host=network.per_host)
    if "host_gap" in network.model_fields_set:
        manners = replace(manners, private_host_gap=network.host_gap.total_seconds())
    return manners


def user_agent(settings: Settings) -> str:
    """Give the name by which hosts know us, and how their administrators reach the operator."""
    about = settings.network.user_agent_url or OUR_HOME
    contact = f"; {settings.omroeper.operator}" if settings.omroeper.operator else ""
    return f"Omroeper/{version('omroeper')} (+{about}{contact})"
