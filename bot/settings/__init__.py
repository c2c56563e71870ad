"""The configuration as values: models, and ``load``, which gives them or says every mistake at once.

Importing this imports pydantic; ``bot.problems``, ``bot.durations`` and ``bot.secrets`` do not.
"""

from bot.configfile import find_config
from bot.settings.loading import Loaded, load
from bot.settings.models import Account, Agency, Installation, Network, Settings, SourceSettings, Web

__all__ = [
    "Account",
    "Agency",
    "Installation",
    "Loaded",
    "Network",
    "Settings",
    "SourceSettings",
    "Web",
    "find_config",
    "load",
]
