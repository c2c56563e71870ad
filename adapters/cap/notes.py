"""What people should hear of a CAP document: each sentence once, with a count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

# In the order in which they are told, what keeps a document from being whole first. {} is how many, {zone} what zone-less times were read in.
_SENTENCES = {
    "cap.truncated": "the end of the document is missing; what could be read of it is given, and it is asked for again",
    "cap.unfetched": "messages of the index that could not be had now, and are asked for again: {}",
    "cap.mended": "the document is not well-formed XML and was mended before it was read",
    "cap.old-version": "messages written in CAP 1.0 or 1.1, read as if they were 1.2: {}",
    "cap.no-namespace": "messages that do not say that they are CAP, and look like it: {}",
    "cap.missing-fields": "required elements that are missing, and were taken to say what is usual: {}",
    "cap.unknown-values": "values that CAP does not know, read as unknown: {}",
    "cap.no-references": "updates and cancels that do not say of which message; they stand alone: {}",
    "cap.areas-left-out": "areas, codes or polygons left out because there are too many: {}",
    "cap.too-many": "messages left out because the document has too many: {}",
    "cap.elsewhere": "messages that lie on other hosts and were not asked for: {}; name those hosts in `hosts` if they are right",
    "cap.broken": "messages that cannot be read: {}",
    "date-without-zone": "times that name no zone and were read as {zone}: {}",
    "date-unreadable": "dates that cannot be read: {}",
}


def problems(notes: Mapping[str, int], zone: str, trouble: Exception | None = None) -> Iterator[str]:
    """Give what was noted as sentences, each with its code. ``trouble`` is why messages could not be had."""
    for code, sentence in _SENTENCES.items():
        if notes.get(code):
            cause = f" ({trouble})" if trouble and code == "cap.unfetched" else ""
            yield f"{code}: {sentence.format(notes[code], zone=zone)}{cause}"
