"""One mistake for every code: what to change in the configuration without problems, ``#!`` marking the line to name."""

from __future__ import annotations

from dataclasses import dataclass

from tests.unit.config.conftest import BASE

MARK = "#!"

OPERATOR = 'operator = "redactie@voorbeeldstad.example"'
DOMAINS = 'domains = ["voorbeeldstad.example"]'
SERVER = 'server = "https://mastodon.example"'
TOKEN = 'token_env = "STAD"'
KIND = 'kind = "feed"'
URL = 'url = "https://www.voorbeeldstad.example/nieuws/rss"'
TO = 'to = ["stad"]'
END = TO


@dataclass(frozen=True, slots=True)
class Case:
    """``old`` becomes ``new``; ``also`` are codes that come along and belong to it."""

    code: str
    old: str
    new: str
    also: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        assert self.old in BASE
        return BASE.replace(self.old, self.new)

    @property
    def line(self) -> int | None:
        """The line to be named; None where the file as a whole is meant."""
        marked = [number for number, row in enumerate(self.text.split("\n"), 1) if MARK in row]
        return marked[0] if marked else None


def more(code: str, rows: str, *also: str) -> Case:
    """A case that adds rows to the source, which is the last table."""
    return Case(code, END, f"{END}\n{rows}", also)


SECOND = """
[[source]]
id = "{id}"
agency = "voorbeeldstad"
kind = "feed"
url = "https://www.voorbeeldstad.example/{path}"
to = ["stad"]
"""

LINE = '{{ stance = "{stance}", reason = "zo", owner = "wij", date = 2020-01-01, review = {review} }}'
ALLOWED, FORBIDDEN = (
    LINE.format(stance="allowed", review="2099-01-01"),
    LINE.format(stance="forbidden", review="2099-01-01"),
)

CASES = (
    # TOML
    more("toml.syntax", "every = 15m #!"),
    more("toml.syntax", 'tags = ["een", "twee" #!', "source.none"),
    Case("toml.syntax", "[[source]]", "[[source] #!", ("source.none",)),
    more("toml.twice", 'to = ["stad"] #!'),
    more("toml.twice", "[omroeper] #!\nretain = '1d'"),
    # tables and keys
    Case("table.single", "[[source]]", "[source] #!"),
    Case("table.many", "[omroeper]", "[[omroeper]] #!"),
    more("key.unknown", 'evry = "30m" #!'),
    more("key.unknown", "[netwerk] #!\nper_host = 1"),
    Case("key.unknown", OPERATOR, f'{OPERATOR}\nlangauge = "nl" #!'),
    Case(
        "key.missing",
        f'[[source]]\nid = "nieuws"\nagency = "voorbeeldstad"\n{KIND}\n{URL}',
        f'[[source]] #!\nid = "nieuws"\nagency = "voorbeeldstad"\n{KIND}',
    ),
    Case(
        "key.missing",
        f'[[account]]\nid = "stad"\nkind = "mastodon"\n{SERVER}',
        '[[account]] #!\nid = "stad"\nkind = "mastodon"',
    ),
    Case(
        "key.missing",
        f'[[source]]\nid = "nieuws"\nagency = "voorbeeldstad"\n{KIND}',
        '[[source]] #!\nid = "nieuws"\nagency = "voorbeeldstad"\nkind = "square"',
    ),
    more("option.invalid", 'depth = "deep" #!'),
    more("option.invalid", 'mode = "some" #!'),
    Case(
        "option.invalid",
        f'[[source]]\nid = "nieuws"\nagency = "voorbeeldstad"\n{KIND}',
        '[[source]] #!\nid = "nieuws"\nagency = "voorbeeldstad"\nkind = "square"\nhandle = "stad"',
    ),
    # values
    Case("value.type", OPERATOR, "operator = 5 #!"),
    Case("value.type", TO, 'to = "stad" #!'),
    more("value.type", 'first_run = "veel" #!'),
    more("value.type", "first_run = true #!"),
    more("value.type", "personal = 1 #!"),
    more("value.type", "category_tags = [] #!"),
    Case("value.type", "[omroeper]", "web = 3 #!\n[omroeper]"),
    Case("value.choice", 'kind = "mastodon"', 'kind = "mastadon" #!'),
    more("value.choice", 'identity = "uuid" #!'),
    Case("value.choice", 'language = "en"', 'language = "fr" #!'),
    more("value.range", "first_run = -1 #!"),
    more("value.range", 'every = "0s" #!'),
    Case("value.range", TOKEN, f"{TOKEN}\nthread = 1 #!"),
    Case("value.range", "[[agency]]", "[network]\nconcurrency = 1001 #!\n[[agency]]"),
    Case("value.empty", 'name = "Gemeente Voorbeeldstad"', 'name = " " #!'),
    more("value.empty", 'warning = "" #!'),
    more("value.duration", 'every = "5 minutes" #!'),
    more("value.duration", 'edit_window = "99999999d" #!'),
    Case("value.hours", TOKEN, f'{TOKEN}\nquiet_hours = "22:00-24:00" #!'),
    Case("value.hours", TOKEN, f'{TOKEN}\nquiet_hours = "22:00-22:00" #!'),
    Case("value.id", 'id = "nieuws"', 'id = "Nieuws van nu" #!'),
    more("value.time-zone", 'time_zone = "Europe/Amstrdam" #!'),
    more("value.time-zone", 'time_zone = "Europe" #!'),
    more("value.language", 'language = "Nederlands" #!'),
    more("language.unknown", 'language = "pap" #!'),
    more("language.unknown", 'languages = [\n"nl",\n"srn", #!\n]'),
    Case("value.network", "[[agency]]", '[network]\nallow_private = ["localhost"] #!\n[[agency]]'),
    Case("value.domain", DOMAINS, 'domains = [\n"voorbeeldstad.example",\n"https://stad.example", #!\n]'),
    Case("value.domain", DOMAINS, 'domains = ["*.voorbeeldstad.example"] #!'),
    Case("value.listen", "[[agency]]", '[web]\nlisten = "8080" #!\n[[agency]]'),
    Case("value.handle", DOMAINS, f'{DOMAINS}\nnative_account = "@stad" #!'),
    more("value.tag", 'tags = ["twee woorden"] #!'),
    more("value.tag", 'tags = ["#112"] #!'),
    more("value.pattern", 'exclude = ["wa*er"] #!'),
    more("value.pattern", 'warning = { "*x*y" = "Let op" } #!'),
    Case("value.operator", OPERATOR, 'operator = "de redactie" #!'),
    Case("value.database", OPERATOR, f'{OPERATOR}\ndatabase = "mysql://db/x" #!'),
    Case("value.database", OPERATOR, f'{OPERATOR}\ndatabase = "sqlite:///:memory:" #!'),
    Case("path.missing", OPERATOR, f'{OPERATOR}\nwording = "nergens" #!'),
    # addresses
    Case("url.invalid", URL, 'url = "ftp://www.voorbeeldstad.example/" #!'),
    Case("url.invalid", URL, 'url = "https://www.voorbeeldstad.example/ rss" #!'),
    Case("url.invalid", SERVER, 'server = "mastodon.example" #!'),
    Case("url.https", "[[agency]]", '[web]\npublic_url = "http://voorbeeldstad.example" #!\n[[agency]]'),
    Case("url.origin", SERVER, 'server = "https://mastodon.example/@stad" #!'),
    Case("url.private", URL, 'url = "http://127.0.0.1:8000/rss" #!', ("source.host-not-agency",)),
    Case("url.private", URL, 'url = "http://0x7f.1/rss" #!', ("source.host-not-agency",)),
    Case("url.private", SERVER, 'server = "https://10.0.0.1" #!'),
    Case("account.http", SERVER, 'server = "http://mastodon.example" #!'),
    Case("account.http", SERVER, 'server = "http://localhost:3000" #!'),
    # secrets in the file
    Case("secret.in-config", TOKEN, f'{TOKEN}\ntoken = "hush-hush" #!'),
    more("secret.in-config", 'api_key = "hush-hush" #!'),
    Case("secret.password", OPERATOR, f'{OPERATOR}\ndatabase = "postgresql://u:hush-hush@db.example/x" #!'),
    Case("secret.password", "[[agency]]", '[network]\nproxy = "http://u:hush-hush@proxy.example:3128" #!\n[[agency]]'),
    Case("url.credentials", URL, 'url = "https://u:hush-hush@www.voorbeeldstad.example/rss" #!'),
    Case("secret.name", TOKEN, 'token_env = "hush-hush" #!'),
    Case("secret.both", TOKEN, f'{TOKEN}\ntoken_file = "stad.token" #!'),
    more("secret.unused", 'token_env = "NIEUWS" #!'),
    # what belongs together
    more("id.twice", SECOND.format(id="nieuws", path="b").replace('id = "nieuws"', 'id = "nieuws" #!')),
    Case("agency.unknown", 'agency = "voorbeeldstad"', 'agency = "vorbeeldstad" #!'),
    Case("agency.unknown", TOKEN, f'{TOKEN}\nofficial = ["voorbeeldstad",\n"voorbeelddorp", #!\n]'),
    Case("account.unknown", TO, 'to = ["stat"] #!'),
    Case("agency.parent-loop", DOMAINS, f'{DOMAINS}\nparent = "voorbeeldstad" #!'),
    Case(
        "agency.no-domains",
        f'[[agency]]\nid = "voorbeeldstad"\nname = "Gemeente Voorbeeldstad"\n{DOMAINS}',
        '[[agency]] #!\nid = "voorbeeldstad"\nname = "Gemeente Voorbeeldstad"',
    ),
    more("account.token-twice", f'[[account]] #!\nid = "b"\nkind = "mastodon"\n{SERVER}\n{TOKEN}'),
    Case("source.kind-unknown", KIND, 'kind = "fed" #!'),
    Case("source.kind-broken", KIND, 'kind = "broken" #!'),
    more("source.url-twice", SECOND.format(id="b", path="nieuws/rss").replace('/rss"', '/rss" #!')),
    more(
        "source.known-dead",
        SECOND.format(id="b", path="oud").replace('/oud"', '/oud" #!')
        + SECOND.format(id="c", path="oud")
        + 'enabled = false\nstatus = "dead"\nproof = "NXDOMAIN since June"',
    ),
    more("source.unconfirmed", 'status = "unconfirmed" #!'),
    Case("source.host-not-agency", URL, 'url = "https://voorbeelddorp.example/rss" #!'),
    more("source.every-floor", 'every = "5m" #!'),
    Case("source.every-floor", f"{KIND}\n{URL}\n{TO}", f'kind = "sirens"\n{URL}\n{TO}\nevery = "30s" #!'),
    Case("source.nowhere", TO, "to = [] #!"),
    more("source.none", "enabled = false"),
    more("source.media-licence", 'media = "feed" #!'),
    more("source.personal-withdrawal", 'personal = true\nwithdrawal = "hold" #!'),
    Case("value.taken", TOKEN, f'{TOKEN}\ntakes = ["Politie?"] #!'),
    Case("account.takes-nothing", TOKEN, f'{TOKEN}\ntakes = ["nieuws",\n"vorbeeldstad", #!\n]'),
    Case("source.untaken", TO, 'status = "confirmed"'),
    Case("source.people", f"{KIND}\n{URL}", 'kind = "notices"\nurl = "https://www.voorbeeldstad.example/gezocht" #!'),
    # the desk
    Case("desk.both", "[omroeper]", '[web]\ndesk_password_env = "DESK"\ndesk_operators_file = "s" #!\n[omroeper]'),
    Case("secret.both", "[omroeper]", '[web]\ndesk_password_env = "DESK"\ndesk_password_file = "s" #!\n[omroeper]'),
    Case("secret.name", "[omroeper]", '[web]\ndesk_password_env = "hush-hush" #!\n[omroeper]'),
    Case("desk.open", "[omroeper]", '[web]\ndesk_password_env = "DESK"\nlisten = "0.0.0.0:80" #!\n[omroeper]'),
    Case("desk.open", "[omroeper]", '[web]\ndesk_operators_file = "s"\nlisten = "stad.example:80" #!\n[omroeper]'),
    Case("key.unknown", f"{KIND}\n{URL}", 'kind = "webhook"\nurl = "https://www.voorbeeldstad.example/push" #!'),
    # policy
    more("policy.twice", f"[[policy]]\nx = {ALLOWED}\n[[policy]]\nx = {FORBIDDEN} #!"),
    Case("policy.violation", KIND, 'kind = "tiktok" #!'),
    Case(
        "policy.violation",
        f"{KIND}\n{URL}",
        'kind = "feed" #!\nurl = "https://www.linkedin.com/rss"',
        ("source.host-not-agency",),
    ),
    more(
        "policy.violation",
        '[[policy]]\nagency = "voorbeeldstad"\nyoutube = '
        + FORBIDDEN
        + SECOND.format(id="b", path="b")
        .replace('kind = "feed"', 'kind = "feed" #!')
        .replace("https://www.voorbeeldstad.example/b", "https://www.youtube.com/feeds/x"),
        "source.host-not-agency",
    ),
    more("policy.review", f"[[policy]]\nx = {LINE.format(stance='own', review='2020-06-01')} #!"),
    more("key.unknown", f"[[policy]]\ntikkie = {ALLOWED} #!"),
    more("key.unknown", "[[policy]]\nplaces = {} #!"),
    more("key.missing", '[[policy]]\nx = { stance = "own", reason = "zo", owner = "wij", date = 2026-01-01 } #!'),
    more("value.type", f"[[policy]]\nx = {LINE.format(stance='own', review='1')} #!"),
    more("value.type", '[[policy]]\nx = "own" #!'),
    more("value.choice", f"[[policy]]\nx = {LINE.format(stance='verboden', review='2099-01-01')} #!"),
    more("agency.unknown", f'[[policy]]\nagency = "vorbeeldstad" #!\nx = {ALLOWED}'),
    Case("operator.missing", f"[omroeper]\n{OPERATOR}", "[omroeper] #!"),
)
