"""KOOP's search service: pages by number, days but no times, diagnostics, and a page of HTML where it does not understand."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from adapters.bekendmakingen.sru import Options
from adapters.contract import Document
from tests.contract.rigs import Reply, Request, Rig, Sample

SITE = "https://zoek.officielebekendmakingen.nl"
TODAY = datetime.now(UTC).date()
SINCE = re.compile(r'dt\.modified>="(\d{4}-\d\d-\d\d)"')
SPACES = (
    'xmlns:sru="http://docs.oasis-open.org/ns/search-ws/sruResponse" xmlns:gzd="http://standaarden.overheid.nl/sru"'
    ' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:ow="http://standaarden.overheid.nl/wetgeving/"'
)

Record = tuple[int, str]


def record(number: int, day: str) -> str:
    """Write a record with what the service says of a publication, as far as it matters."""
    return (
        "<sru:record><sru:recordData><gzd:gzd><gzd:originalData><ow:meta><ow:owmskern>"
        f"<dcterms:identifier>gmb-2026-{number}</dcterms:identifier>"
        f"<dcterms:title>Vergunning voor een dakkapel, Dorpsstraat {number}, Voorbeeldstad</dcterms:title>"
        '<dcterms:type scheme="OVERHEIDop.Rubriek">omgevingsvergunning</dcterms:type>'
        f"<dcterms:language>nl</dcterms:language><dcterms:modified>{day}</dcterms:modified></ow:owmskern>"
        f"<ow:owmsmantel><dcterms:date>{day}</dcterms:date></ow:owmsmantel>"
        "<ow:tpmeta><ow:publicatienaam>Gemeenteblad</ow:publicatienaam></ow:tpmeta></ow:meta></gzd:originalData>"
        f"<gzd:enrichedData><gzd:preferredUrl>{SITE}/gmb-2026-{number}.html</gzd:preferredUrl></gzd:enrichedData>"
        "</gzd:gzd></sru:recordData></sru:record>"
    )


def answer(records: Sequence[Record], total: int | None = None) -> bytes:
    """Write an answer."""
    inside = "".join(record(number, day) for number, day in records)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><sru:searchRetrieveResponse {SPACES}><sru:version>2.0</sru:version>'
        f"<sru:numberOfRecords>{len(records) if total is None else total}</sru:numberOfRecords>"
        f"<sru:records>{inside}</sru:records></sru:searchRetrieveResponse>"
    ).encode()


def service(records: Sequence[Record]) -> Callable[[Request], Reply]:
    """Answer questions about these records."""

    def reply(request: Request) -> Reply:
        since = SINCE.search(request.query["query"])
        assert since
        assert 'dt.creator=="Voorbeeldstad"' in request.query["query"]
        found = [one for one in records if one[1] >= since[1]]
        start, most = int(request.query["startRecord"]) - 1, int(request.query["maximumRecords"])
        return Reply(body=answer(found[start : start + most], len(found)))

    return reply


def day(ago: int) -> str:
    """Give the day so many days ago."""
    return (TODAY - timedelta(days=ago)).isoformat()


ORDINARY = [(n, day(n)) for n in range(1, 4)]
CROWDED = [(n, day(0)) for n in range(1, 2451)]

RIG = Rig(
    kind="bekendmakingen",
    url="{base}/sru",
    samples=(
        Sample(
            name="sru",
            document=Document(body=answer([(1, "2026-11-20"), (2, "2026-11-21")])),
            shown=tuple((f"gmb-2026-{n}", f"{SITE}/gmb-2026-{n}.html") for n in (1, 2)),
        ),
    ),
    telltale=(b"Dorpsstraat 2,", b"Kerkstraat 12,"),
    options=lambda base: Options(creator=("Voorbeeldstad",)),
    modes={
        "success": service(ORDINARY),
        "news": service([*ORDINARY, (9, day(0))]),
        "empty": service([]),
        "paging": service(CROWDED),
        "rate-limit": [Reply(status=503, headers={"Retry-After": "60"})],
        "revoked": [Reply(status=403)],
        "gone": [Reply(status=404)],
        "changed-shape": [Reply(body=b"<!doctype html><title>Fout</title>", type="text/html")],
        "down": [Reply(status=503)],
    },
    paged=2450,
)
