"""The words of every problem that a configuration can have: per stable code, in English and Dutch, with the remedy.

Data, not logic. ``{names}`` in the templates are what the code's findings carry; both languages use the same ones.
``docs/checks.md`` explains each code; ``tests/unit/config`` keeps the two together. Over 400 lines, because it is one
table.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]
Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """How bad a problem is, and its message and remedy as templates per language."""

    severity: Severity
    en: tuple[str, str]
    nl: tuple[str, str]

    def words(self, language: Language) -> tuple[str, str]:
        """Give the templates of message and remedy in one language."""
        return self.nl if language == "nl" else self.en


def _error(en: str, en_remedy: str, nl: str, nl_remedy: str) -> Remedy:
    return Remedy(severity="error", en=(en, en_remedy), nl=(nl, nl_remedy))


def _warning(en: str, en_remedy: str, nl: str, nl_remedy: str) -> Remedy:
    return Remedy(severity="warning", en=(en, en_remedy), nl=(nl, nl_remedy))


TERMS: dict[str, dict[Language, str]] = {
    "text": {"en": 'text in quotes ("…")', "nl": 'tekst tussen aanhalingstekens ("…")'},
    "number": {"en": "a whole number, without quotes", "nl": "een geheel getal, zonder aanhalingstekens"},
    "boolean": {"en": "true or false, without quotes", "nl": "true of false, zonder aanhalingstekens"},
    "list": {"en": 'a list (["…", "…"])', "nl": 'een lijst (["…", "…"])'},
    "table": {"en": "a table of keys and values", "nl": "een tabel met sleutels en waarden"},
    "date": {"en": "a date or time", "nl": "een datum of tijd"},
}

GUESS: dict[Language, str] = {"en": ' (did you mean "{name}"?)', "nl": ' (bedoelt u "{name}"?)'}

REMEDIES: dict[str, Remedy] = {
    # ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────
    "config.missing": _error(
        "There is no configuration file here.",
        "Run `omroeper init` to make one, or name yours with --config FILE or OMROEPER_CONFIG.",
        "Hier is geen configuratiebestand.",
        "Maak er een met `omroeper init`, of noem het uwe met --config BESTAND of OMROEPER_CONFIG.",
    ),
    "file.unreadable": _error(
        "The file cannot be read: {reason}.",
        "Give the account that runs Omroeper the right to read it, and check that the name is that of a file.",
        "Het bestand is niet te lezen: {reason}.",
        "Geef het account waaronder Omroeper draait leesrecht, en kijk of de naam die van een bestand is.",
    ),
    "file.encoding": _error(
        "The file is not UTF-8 text: this line has bytes that cannot be read.",
        "Save the file as UTF-8.",
        "Het bestand is geen UTF-8-tekst: deze regel bevat bytes die niet te lezen zijn.",
        "Sla het bestand op als UTF-8.",
    ),
    "include.missing": _error(
        "include names {pattern}, and there is no such file.",
        "Mend the name; it is relative to the folder of the file that it stands in.",
        "include noemt {pattern}, en dat bestand bestaat niet.",
        "Verbeter de naam; die telt vanaf de map van het bestand waar hij in staat.",
    ),
    "include.nothing": _warning(
        "include names {pattern}, and no file matches.",
        "Mend the pattern, add a file, or take the line out.",
        "include noemt {pattern}, en geen enkel bestand past daarop.",
        "Verbeter het patroon, voeg een bestand toe, of haal de regel weg.",
    ),
    # ── TOML ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    "toml.syntax": _error(
        "This is not TOML: {detail}.",
        'Look at this line and the one before: text stands between quotes ("…"), lists between [ and ], tables under [name].',
        "Dit is geen TOML: {detail}.",
        'Kijk naar deze regel en die ervoor: tekst staat tussen aanhalingstekens ("…"), lijsten tussen [ en ], tabellen onder [naam].',
    ),
    "key.twice": _error(
        "This is already set in {other}.",
        "Keep one of the two.",
        "Dit is al ingesteld in {other}.",
        "Laat er een van de twee staan.",
    ),
    "toml.twice": _error(
        "This key or table is already set above ({detail}).",
        "Keep one of the two; a further source, account or agency needs double brackets: [[source]].",
        "Deze sleutel of tabel is hierboven al ingesteld ({detail}).",
        "Laat er een van de twee staan; een volgende bron, account of instantie heeft dubbele haken nodig: [[source]].",
    ),
    "table.single": _error(
        "[{table}] needs double brackets, since there can be several.",
        "Write [[{table}]].",
        "[{table}] heeft dubbele haken nodig, want er kunnen er meer van zijn.",
        "Schrijf [[{table}]].",
    ),
    "table.many": _error(
        "[[{table}]] needs single brackets, since there is only one.",
        "Write [{table}].",
        "[[{table}]] heeft enkele haken nodig, want er is er maar een van.",
        "Schrijf [{table}].",
    ),
    # ── keys ─────────────────────────────────────────────────────────────────────────────────────────────────────────
    "key.unknown": _error(
        'There is no setting "{key}" here.',
        "Take it out, or mend its name{guess}. docs/configuration.md lists every setting.",
        'Een instelling "{key}" bestaat hier niet.',
        "Haal hem weg, of verbeter de naam{guess}. docs/configuration.md noemt alle instellingen.",
    ),
    "key.missing": _error(
        '"{key}" is missing.',
        "Add it: {key} = … (docs/configuration.md says what it means).",
        '"{key}" ontbreekt.',
        "Voeg toe: {key} = … (docs/configuration.md zegt wat het betekent).",
    ),
    "option.invalid": _error(
        "{value} does not suit a source of kind {kind}: {reason}.",
        "See the page of this kind in docs/ for what it takes.",
        "{value} past niet bij een bron van soort {kind}: {reason}.",
        "Kijk op de pagina van deze soort in docs/ wat er mogelijk is.",
    ),
    # ── values ───────────────────────────────────────────────────────────────────────────────────────────────────────
    "value.type": _error(
        "{value} is not right here: this must be {expected}.",
        "Write {expected}.",
        "{value} is hier niet goed: dit moet {expected} zijn.",
        "Schrijf {expected}.",
    ),
    "value.choice": _error(
        "{value} is not one of {choices}.",
        "Choose one of {choices}.",
        "{value} is niet een van {choices}.",
        "Kies uit {choices}.",
    ),
    "value.range": _error(
        "{value} is out of bounds: {bound}.",
        "Choose a number within bounds: {bound}.",
        "{value} valt buiten de grenzen: {bound}.",
        "Kies een getal binnen de grenzen: {bound}.",
    ),
    "value.empty": _error(
        "The text is empty.",
        "Fill it in.",
        "De tekst is leeg.",
        "Vul hem in.",
    ),
    "value.duration": _error(
        "{value} is not a duration.",
        'Write a whole number and a unit, in quotes: "30s", "15m", "6h" or "2d"; at most "3650d".',
        "{value} is geen tijdsduur.",
        'Schrijf een geheel getal en een eenheid, tussen aanhalingstekens: "30s", "15m", "6h" of "2d"; hooguit "3650d".',
    ),
    "value.hours": _error(
        "{value} is not a window of time.",
        'Write begin and end on the local clock: "22:00-07:00".',
        "{value} is geen tijdvak.",
        'Schrijf begin en einde op de lokale klok: "22:00-07:00".',
    ),
    "value.id": _error(
        "{value} is not an id.",
        "Use small letters, digits and hyphens, a letter or digit first: politie-utrecht.",
        "{value} is geen id.",
        "Gebruik kleine letters, cijfers en streepjes, met een letter of cijfer voorop: politie-utrecht.",
    ),
    "value.time-zone": _error(
        "{value} is not a time zone.",
        'Use a name of the IANA list: "Europe/Amsterdam".',
        "{value} is geen tijdzone.",
        'Gebruik een naam uit de IANA-lijst: "Europe/Amsterdam".',
    ),
    "value.language": _error(
        "{value} is not a language code.",
        'Write the code of two or three letters: "nl", "en", "fy".',
        "{value} is geen taalcode.",
        'Schrijf de code van twee of drie letters: "nl", "en", "fy".',
    ),
    "language.unknown": _warning(
        "Mastodon does not know the language {value}: it would label posts with the account's default.",
        'Use a code that it knows: "nl", "en", "fy", "li", "nds", "ar", "tr", "uk" and most other two-letter codes.',
        "Mastodon kent de taal {value} niet: het zou berichten de standaardtaal van het account geven.",
        'Gebruik een code die het kent: "nl", "en", "fy", "li", "nds", "ar", "tr", "uk" en de meeste andere tweeletterige codes.',
    ),
    "value.network": _error(
        "{value} is not an address or range of addresses.",
        'Write an address or a CIDR range: "127.0.0.1", "10.0.0.0/8", "fd00::/8".',
        "{value} is geen adres of reeks adressen.",
        'Schrijf een adres of een CIDR-reeks: "127.0.0.1", "10.0.0.0/8", "fd00::/8".',
    ),
    "value.domain": _error(
        "{value} is not a domain.",
        'Write the bare host name or address: "voorbeeldstad.example"; its sub-domains are included.',
        "{value} is geen domein.",
        'Schrijf de kale hostnaam of het adres: "voorbeeldstad.example"; subdomeinen horen er vanzelf bij.',
    ),
    "value.listen": _error(
        "{value} is not an address to listen on.",
        'Write host:port ("127.0.0.1:8080", "[::1]:8080"), or "" for no pages.',
        "{value} is geen adres om op te luisteren.",
        'Schrijf host:poort ("127.0.0.1:8080", "[::1]:8080"), of "" voor geen pagina\'s.',
    ),
    "value.handle": _error(
        "{value} is not the name of an account on the fediverse.",
        'Write name and server: "voorbeeldstad@social.example".',
        "{value} is geen naam van een account op de fediverse.",
        'Schrijf naam en server: "voorbeeldstad@social.example".',
    ),
    "value.tag": _error(
        "{value} cannot be a hashtag.",
        'Use letters and digits in one word, with at least one letter: "Voorbeeldstad".',
        "{value} kan geen hashtag zijn.",
        'Gebruik letters en cijfers in een woord, met minstens een letter: "Voorbeeldstad".',
    ),
    "value.pattern": _error(
        "{value} is not a pattern.",
        'Write one or more words; * only at the beginning or end: "vermist", "water*", "title:gezocht", "url:/gezocht/".',
        "{value} is geen patroon.",
        'Schrijf een of meer woorden; * alleen aan begin of eind: "vermist", "water*", "title:gezocht", "url:/gezocht/".',
    ),
    "value.operator": _error(
        "{value} is neither a mail address nor a web address.",
        "Say where administrators of sources can reach you: a mail address or an https address.",
        "{value} is geen mailadres en geen webadres.",
        "Zeg waar beheerders van bronnen u kunnen bereiken: een mailadres of een https-adres.",
    ),
    "value.database": _error(
        "{value} is not a database that Omroeper can use.",
        'Write "sqlite:///omroeper.db" (a file, relative to this one) or "postgresql://user@host/name".',
        "{value} is geen database die Omroeper kan gebruiken.",
        'Schrijf "sqlite:///omroeper.db" (een bestand, vanaf de map van dit bestand) of "postgresql://gebruiker@host/naam".',
    ),
    "path.missing": _error(
        "The folder {value} does not exist.",
        "Mend the name (relative to the folder of this file), or make the folder.",
        "De map {value} bestaat niet.",
        "Verbeter de naam (vanaf de map van dit bestand), of maak de map.",
    ),
    # ── addresses ────────────────────────────────────────────────────────────────────────────────────────────────────
    "url.invalid": _error(
        "{value} is not a web address.",
        "Write the whole address, https:// included.",
        "{value} is geen webadres.",
        "Schrijf het hele adres, met https:// ervoor.",
    ),
    "url.https": _error(
        "{value} is not an https address.",
        "Citizens' pages are served over https: write the address that begins with https://.",
        "{value} is geen https-adres.",
        "Pagina's voor burgers gaan over https: schrijf het adres dat met https:// begint.",
    ),
    "url.origin": _error(
        "{value} is more than a server.",
        'Write only scheme and host: "https://social.example".',
        "{value} is meer dan een server.",
        'Schrijf alleen schema en host: "https://social.example".',
    ),
    "url.private": _error(
        "{host} is a private address, and network.allow_private does not open it.",
        "Add its range to allow_private in [network] if it is really meant.",
        "{host} is een privéadres, en network.allow_private opent het niet.",
        "Zet de reeks in allow_private onder [network] als dit echt de bedoeling is.",
    ),
    "account.http": _error(
        "The token would travel over plain http to {host}.",
        "Use https. Plain http is only for addresses inside network.allow_private.",
        "Het token zou over kaal http naar {host} gaan.",
        "Gebruik https. Kaal http is alleen voor adressen binnen network.allow_private.",
    ),
    # ── secrets ──────────────────────────────────────────────────────────────────────────────────────────────────────
    "secret.in-config": _error(
        "A secret does not belong in a configuration file.",
        "Take it out, make a new one, and name where it is: token_env (a variable) or token_file (a file).",
        "Een geheim hoort niet in een configuratiebestand.",
        "Haal het weg, maak een nieuw, en noem waar het staat: token_env (een variabele) of token_file (een bestand).",
    ),
    "secret.password": _error(
        "This address holds a password.",
        "Set it by {variable} in the environment instead, or leave the password out (PostgreSQL: ~/.pgpass or PGPASSWORD).",
        "In dit adres staat een wachtwoord.",
        "Zet het met {variable} in de omgeving, of laat het wachtwoord weg (PostgreSQL: ~/.pgpass of PGPASSWORD).",
    ),
    "url.credentials": _error(
        "This address holds a user name or password.",
        "Take it out of the address; a source that needs a credential names where it is: token_env or token_file.",
        "In dit adres staat een gebruikersnaam of wachtwoord.",
        "Haal het uit het adres; een bron die een sleutel nodig heeft noemt waar die staat: token_env of token_file.",
    ),
    "secret.name": _error(
        "This is not the name of an environment variable.",
        "Write the name of the variable, never the secret itself: letters, digits and underscores.",
        "Dit is geen naam van een omgevingsvariabele.",
        "Schrijf de naam van de variabele, nooit het geheim zelf: letters, cijfers en liggende streepjes.",
    ),
    "secret.both": _error(
        "Both {name}_env and {name}_file are set.",
        "Keep one of the two.",
        "{name}_env en {name}_file zijn allebei ingesteld.",
        "Laat er een van de twee staan.",
    ),
    "secret.missing": _error(
        'It is not said where "{name}" is.',
        "Add {name}_env (the name of a variable) or {name}_file (the name of a file). For an account, `omroeper login` makes a token.",
        'Er staat niet bij waar "{name}" is.',
        "Voeg {name}_env (naam van een variabele) of {name}_file (naam van een bestand) toe. Voor een account maakt `omroeper login` een token.",
    ),
    "secret.unused": _warning(
        'A source of kind {kind} needs no "{name}".',
        "Take the line out.",
        'Een bron van soort {kind} heeft geen "{name}" nodig.',
        "Haal de regel weg.",
    ),
    "secret.unset": _error(
        "The environment variable {variable} is not set.",
        "Set it for the account that runs Omroeper, or use {name}_file.",
        "De omgevingsvariabele {variable} is niet gezet.",
        "Zet hem voor het account waaronder Omroeper draait, of gebruik {name}_file.",
    ),
    "secret.empty": _error(
        "{origin} is empty.",
        "Put the secret in. For an account, `omroeper login` makes a token.",
        "{origin} is leeg.",
        "Zet het geheim erin. Voor een account maakt `omroeper login` een token.",
    ),
    "secret.malformed": _error(
        "What {origin} holds cannot be a secret of one line.",
        "Put in the secret alone: one line of ordinary characters, nothing around it.",
        "Wat er in {origin} staat kan geen geheim van één regel zijn.",
        "Zet er alleen het geheim in: een regel met gewone tekens, zonder iets eromheen.",
    ),
    "secret.file-unreadable": _error(
        "The file {origin} cannot be read: {reason}.",
        "Mend the name (relative to the folder of this file), or give the account that runs Omroeper the right to read it.",
        "Het bestand {origin} is niet te lezen: {reason}.",
        "Verbeter de naam (vanaf de map van dit bestand), of geef het account waaronder Omroeper draait leesrecht.",
    ),
    "secret.file-mode": _warning(
        "The file {origin} can be read by everybody on this machine ({mode}).",
        "Take that right away: chmod o= {origin}",
        "Het bestand {origin} is door iedereen op deze machine te lezen ({mode}).",
        "Neem dat recht weg: chmod o= {origin}",
    ),
    # ── what belongs together ────────────────────────────────────────────────────────────────────────────────────────
    "id.twice": _error(
        'The id "{id}" is already used in {other}.',
        "Give each its own id.",
        'Het id "{id}" is al gebruikt in {other}.',
        "Geef elk een eigen id.",
    ),
    "agency.unknown": _error(
        'There is no agency "{id}".',
        'Add an [[agency]] with id = "{id}", or mend the name{guess}.',
        'Er is geen instantie "{id}".',
        'Voeg een [[agency]] toe met id = "{id}", of verbeter de naam{guess}.',
    ),
    "account.unknown": _error(
        'There is no account "{id}".',
        'Add an [[account]] with id = "{id}", or mend the name{guess}.',
        'Er is geen account "{id}".',
        'Voeg een [[account]] toe met id = "{id}", of verbeter de naam{guess}.',
    ),
    "agency.parent-loop": _error(
        "The parents of this agency lead back to itself: {loop}.",
        "Take one of these parents out.",
        "De ouders van deze instantie leiden naar haarzelf terug: {loop}.",
        "Haal een van deze ouders weg.",
    ),
    "agency.no-domains": _warning(
        "It is not said which domains this agency owns, so its links and redirects cannot be checked.",
        'Add domains = ["…"] with its host names.',
        "Er staat niet bij welke domeinen van deze instantie zijn, dus haar links en doorverwijzingen zijn niet te controleren.",
        'Voeg domains = ["…"] toe met haar hostnamen.',
    ),
    "account.token-twice": _warning(
        "This account uses the same server and token as the account in {other}: everything for both would appear there.",
        "Give each account its own token, or keep one of the two.",
        "Dit account gebruikt dezelfde server en hetzelfde token als het account in {other}: alles voor beide zou daar verschijnen.",
        "Geef elk account een eigen token, of laat er een van de twee staan.",
    ),
    "source.kind-unknown": _error(
        'There is no kind of source "{kind}".',
        "Use one of {choices}{guess}, or install the adapter that brings it.",
        'Een soort bron "{kind}" bestaat niet.',
        "Gebruik een van {choices}{guess}, of installeer de adapter die de soort meebrengt.",
    ),
    "source.kind-broken": _error(
        "The adapter of kind {kind} cannot be loaded: {reason}.",
        "Install what it needs, or ask whoever made it.",
        "De adapter van soort {kind} is niet te laden: {reason}.",
        "Installeer wat hij nodig heeft, of vraag het de maker.",
    ),
    "source.url-twice": _warning(
        "This address is also read by the source in {other}.",
        'Keep one of the two; one source can go to several accounts: to = ["…", "…"].',
        "Dit adres wordt ook gelezen door de bron in {other}.",
        'Laat er een van de twee staan; een bron kan naar meer accounts gaan: to = ["…", "…"].',
    ),
    "source.known-dead": _warning(
        "This address is known to be dead ({other}): {proof}",
        "Look for the agency's present address; to keep this one, set enabled = false.",
        "Van dit adres is bekend dat het dood is ({other}): {proof}",
        "Zoek het huidige adres van de instantie; wilt u dit bewaren, zet dan enabled = false.",
    ),
    "source.unconfirmed": _warning(
        "Nobody has confirmed that this source works and is the agency's own.",
        'Try it (`omroeper check --online`), then set status = "confirmed" and say in proof how you know.',
        "Niemand heeft bevestigd dat deze bron werkt en van de instantie zelf is.",
        'Probeer hem (`omroeper check --online`), zet dan status = "confirmed" en zeg in proof hoe u dat weet.',
    ),
    "source.host-not-agency": _warning(
        "{host} is not one of the domains of agency {agency}.",
        "Make sure that the address is really theirs, and add its host to their domains.",
        "{host} is niet een van de domeinen van instantie {agency}.",
        "Ga na of het adres echt van hen is, en zet de host bij hun domeinen.",
    ),
    "source.every-floor": _warning(
        "Every {value} is too often for somebody else's server: it becomes {floor}.",
        "Write at least {floor}.",
        "Elke {value} is te vaak voor de server van een ander: het wordt {floor}.",
        "Schrijf ten minste {floor}.",
    ),
    "source.nowhere": _warning(
        "This source goes to no account: it is read, and nothing is published.",
        'Add to = ["…"] with the ids of accounts, or set enabled = false.',
        "Deze bron gaat naar geen enkel account: hij wordt gelezen, en er verschijnt niets.",
        'Voeg to = ["…"] toe met de id\'s van accounts, of zet enabled = false.',
    ),
    "source.none": _warning(
        "No source is switched on: there is nothing to do.",
        "Add a [[source]], for example with `omroeper add URL`, or take enabled = false out of one.",
        "Er staat geen bron aan: er is niets te doen.",
        "Voeg een [[source]] toe, bijvoorbeeld met `omroeper add URL`, of haal enabled = false bij een bron weg.",
    ),
    "source.media-licence": _error(
        "Pictures of this source may only be shown where its licence allows it, and none is said.",
        'Add licence = "…" (cc0, cc-by, own, permission, or what was agreed), or set media = "none".',
        "Beelden van deze bron mogen alleen getoond worden als de licentie dat toelaat, en die staat er niet.",
        'Voeg licence = "…" toe (cc0, cc-by, own, permission, of wat is afgesproken), of zet media = "none".',
    ),
    "source.personal-withdrawal": _warning(
        "This source has personal data, and what it withdraws would not be deleted.",
        'Leave withdrawal out, or set withdrawal = "delete" (GDPR, articles 17 and 19).',
        "Deze bron bevat persoonsgegevens, en wat zij intrekt zou niet verwijderd worden.",
        'Laat withdrawal weg, of zet withdrawal = "delete" (AVG, artikelen 17 en 19).',
    ),
    "operator.missing": _warning(
        "It is not said who operates this installation; `omroeper run` needs it, since sources may want to reach you.",
        'Add operator = "…" under [omroeper]: a mail address or an https address.',
        "Er staat niet bij wie deze installatie beheert; `omroeper run` heeft dat nodig, want bronnen kunnen u willen bereiken.",
        'Voeg operator = "…" toe onder [omroeper]: een mailadres of een https-adres.',
    ),
    # ── environment ──────────────────────────────────────────────────────────────────────────────────────────────────
    "env.unknown": _warning(
        "The environment variable {variable} sets nothing.",
        "Unset it, or mend its name{guess}: OMROEPER_, the table, two underscores, the key.",
        "De omgevingsvariabele {variable} stelt niets in.",
        "Haal hem weg, of verbeter de naam{guess}: OMROEPER_, de tabel, twee liggende streepjes, de sleutel.",
    ),
    "env.not-scalar": _warning(
        "The environment variable {variable} sets nothing: lists and tables stand in the file only.",
        "Unset it, and set the value in the configuration file.",
        "De omgevingsvariabele {variable} stelt niets in: lijsten en tabellen staan alleen in het bestand.",
        "Haal hem weg, en zet de waarde in het configuratiebestand.",
    ),
}
