"""The Common Alerting Protocol, version 1.2 (OASIS, July 2010): messages, indexes of messages, and their signatures.

``source`` asks, ``reading`` finds the messages of a document, ``message`` reads one, ``items`` tells it per language,
``references`` follows it to earlier ones, ``signature`` says whether it may be believed.
"""

from __future__ import annotations

from adapters.cap.source import CapOptions, CapSource

__all__ = ["CapOptions", "CapSource"]
