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
    "value.taken": _error(
        "{value} is not the id of a source or agency, nor a part of one with *.",
        'Write ids, or parts of them with *: "rijksoverheid", "rivm-*".',
        "{value} is geen id van een bron of instantie, en geen deel ervan met *.",
        'Schrijf id\'s, of delen ervan met *: "rijksoverheid", "rivm-*".',
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
    # ── the desk ─────────────────────────────────────────────────────────────────────────────────────────────────────
    "desk.hash": _error(
        "What {origin} holds is no hash of a password.",
        "Make one with `omroeper desk password`, and put in what it prints: never the password itself.",
        "Wat er in {origin} staat is geen hash van een wachtwoord.",
        "Maak er een met `omroeper desk password` en zet erin wat dat afdrukt: nooit het wachtwoord zelf.",
    ),
    "desk.operators": _error(
        "{origin} is no list of operators: each line is a name, a colon and a hash, and no name stands there twice.",
        "Make a line with `omroeper desk password --operator NAME`.",
        "{origin} is geen lijst van beheerders: elke regel is een naam, een dubbele punt en een hash, en geen naam staat er twee keer.",
        "Maak een regel met `omroeper desk password --operator NAAM`.",
    ),
    "desk.both": _error(
        "The desk has operators with names, and a password without one.",
        "Keep desk_operators_file: then the log says who did what.",
        "Het beheer heeft beheerders met een naam, en ook een wachtwoord zonder naam.",
        "Houd desk_operators_file: dan staat in het logboek wie wat deed.",
    ),
    "desk.open": _warning(
        "{value} is no loopback address: passwords of the desk would travel there unencrypted.",
        "Put a web server with https in front and set public_url, or listen on 127.0.0.1.",
        "{value} is geen loopback-adres: wachtwoorden van het beheer zouden daar onversleuteld langskomen.",
        "Zet er een webserver met https voor en stel public_url in, of luister op 127.0.0.1.",
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
    "account.takes-nothing": _warning(
        'This account takes "{id}", and there is no such source or agency.',
        "Mend the name{guess}, or include the file that has it.",
        'Dit account neemt "{id}", en zo\'n bron of instantie is er niet.',
        "Verbeter de naam{guess}, of neem het bestand op waarin die staat.",
    ),
    "source.untaken": _warning(
        "{count} sources are offered by the included files, and no account takes any of them: they are not read.",
        'Say on an account what it takes: takes = ["politie", "rivm-*"] (ids of sources and agencies; "*" is everything).',
        "De opgenomen bestanden bieden {count} bronnen aan, en geen account neemt er een van: ze worden niet gelezen.",
        'Zeg bij een account wat het neemt: takes = ["politie", "rivm-*"] (id\'s van bronnen en instanties; "*" is alles).',
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
    "source.media-licence": _warning(
        "Pictures of this source may only be shown where its licence allows it, and none is said.",
        'Add licence = "…" (cc0, cc-by, own, permission, or what was agreed), or set media = "none".',
        "Beelden van deze bron mogen alleen getoond worden als de licentie dat toelaat, en die staat er niet.",
        'Voeg licence = "…" toe (cc0, cc-by, own, permission, of wat is afgesproken), of zet media = "none".',
    ),
    "source.people": _warning(
        "This address also shows people who are wanted or missing.",
        "Use the address with news alone (nb instead of ab), or set personal = true and exclude what must not be shown (GDPR, article 10).",
        "Op dit adres staan ook mensen die gezocht of vermist worden.",
        "Gebruik het adres met alleen nieuws (nb in plaats van ab), of zet personal = true en sluit uit wat niet getoond mag worden (AVG, artikel 10).",
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
    # ── policy per platform ──────────────────────────────────────────────────────────────────────────────────────────
    "policy.twice": _error(
        "The policy for {platform} is already set for the same bodies in {other}.",
        "Keep one of the two.",
        "Het beleid voor {platform} is voor dezelfde instanties al gezet in {other}.",
        "Laat er een van de twee staan.",
    ),
    "policy.violation": _error(
        "The policy does not let {platform} be read ({stance}: {reason}); {rule} says so.",
        "Set enabled = false, or decide otherwise: a [[policy]] with agency, stance, reason, owner, date and review (docs/policy.md).",
        "Volgens het beleid wordt {platform} niet gelezen ({stance}: {reason}); dat staat in {rule}.",
        "Zet enabled = false, of besluit anders: een [[policy]] met agency, stance, reason, owner, date en review (docs/policy.md).",
    ),
    "policy.review": _warning(
        "The policy for {platform} was to be looked at again on {date}, by {owner}.",
        "Look whether it still holds, and write a [[policy]] line with a new date and review (docs/policy.md).",
        "Het beleid voor {platform} zou op {date} opnieuw bekeken worden, door {owner}.",
        "Ga na of het nog klopt, en schrijf een regel onder [[policy]] met een nieuwe date en review (docs/policy.md).",
    ),
    # ── online ───────────────────────────────────────────────────────────────────────────────────────────────────────
    "online.source-failed": _error(
        "The source cannot be read: {reason}",
        "{advice}",
        "De bron is niet te lezen: {reason}",
        "{advice}",
    ),
    "online.source-down": _warning(
        "The source does not answer now: {reason}",
        "Try again later. {advice}",
        "De bron antwoordt nu niet: {reason}",
        "Probeer het later opnieuw. {advice}",
    ),
    "online.source-elsewhere": _error(
        "The address leads to {url}, which is not on a domain of agency {agency}.",
        "Make sure that it is really theirs, and add its host to their domains; else switch the source off.",
        "Het adres leidt naar {url}, en dat is geen domein van instantie {agency}.",
        "Ga na of het echt van hen is, en zet de host bij hun domeinen; zet de bron anders uit.",
    ),
    "online.source-moved": _warning(
        "The address has moved for good, to {url}.",
        "Configure that address.",
        "Het adres is voorgoed verhuisd, naar {url}.",
        "Stel dat adres in.",
    ),
    "online.source-type": _warning(
        "The source says that it is {type}, and is not.",
        "It is read all the same; tell the publisher.",
        "De bron zegt dat zij {type} is, en dat is niet zo.",
        "Zij wordt toch gelezen; zeg het de uitgever.",
    ),
    "online.source-empty": _warning(
        "The source shows nothing.",
        "Look at the address in a browser: it may have been moved or emptied.",
        "De bron laat niets zien.",
        "Bekijk het adres in een browser: het kan verhuisd of leeggemaakt zijn.",
    ),
    "online.source-old": _warning(
        "The newest item is {days} days old.",
        "Look on the site whether its news goes on elsewhere: feeds die silently.",
        "Het nieuwste bericht is {days} dagen oud.",
        "Kijk op de site of het nieuws elders verdergaat: feeds sterven in stilte.",
    ),
    "online.source-odd": _warning(
        "What the source shows is odd: {problems}.",
        "Run `omroeper inspect` on the address to see it.",
        "Wat de bron laat zien is vreemd: {problems}.",
        "Bekijk het met `omroeper inspect` op het adres.",
    ),
    "online.account-failed": _error(
        "The account cannot be used: {reason}",
        "{advice}",
        "Het account is niet te gebruiken: {reason}",
        "{advice}",
    ),
    "online.account-down": _warning(
        "The account's server does not answer now: {reason}",
        "Try again later. {advice}",
        "De server van het account antwoordt nu niet: {reason}",
        "Probeer het later opnieuw. {advice}",
    ),
    "online.account-same": _error(
        "This is {acct}, and so is the account in {other}: everything for both would appear there.",
        "Give each account its own token, or keep one of the two.",
        "Dit is {acct}, en het account in {other} ook: alles voor beide zou daar verschijnen.",
        "Geef elk account een eigen token, of laat er een van de twee staan.",
    ),
    "online.account-lacks": _warning(
        "The server of {acct} ({family} {version}) cannot do this: {features}.",
        "Posts appear all the same; docs/operate.md says what then happens with corrections and withdrawals.",
        "De server van {acct} ({family} {version}) kan dit niet: {features}.",
        "Berichten verschijnen wel; docs/operate.md zegt wat er dan met correcties en intrekkingen gebeurt.",
    ),
    "online.twin-native": _warning(
        "{agency} speaks for itself as {handle}, and what this source shows would be copied beside it.",
        "Read its own account instead (kind mastodon, which boosts), or set enabled = false.",
        "{agency} spreekt zelf als {handle}, en wat deze bron laat zien zou daarnaast gekopieerd worden.",
        "Lees het eigen account (soort mastodon, dat deelt), of zet enabled = false.",
    ),
    "online.twin-found": _warning(
        "The site of {agency} says that {handle} is its own account.",
        'Set native_account = "{handle}" on this agency: what it says there is boosted, not copied.',
        "De site van {agency} zegt dat {handle} haar eigen account is.",
        'Zet native_account = "{handle}" bij deze instantie: wat zij daar zegt wordt gedeeld, niet gekopieerd.',
    ),
    "online.twin-missing": _warning(
        "The account {handle} of {agency} is not found: {reason}",
        "Mend native_account, or take it out.",
        "Het account {handle} van {agency} is niet te vinden: {reason}",
        "Verbeter native_account, of haal het weg.",
    ),
    # ── wording ───────────────────────────────────────────────────────────────────────────────────────────────────────
    "wording.language": _error(
        "{name} is not named after a language: nobody will read it.",
        "Call it after the language's code: nl.toml, en.toml, fy.toml.",
        "{name} heeft niet de naam van een taal: niemand zal het lezen.",
        "Noem het naar de code van de taal: nl.toml, en.toml, fy.toml.",
    ),
    "wording.unknown-kind": _error(
        "{name} is no wording that there is.",
        "Known here: {known}.",
        "{name} is geen tekst die bestaat.",
        "Hier bestaan: {known}.",
    ),
    "wording.unknown-scope": _warning(
        "There is no {kind} called {name}: this wording is for nobody.",
        "Mend the id in [{kind}.{name}], or take the table out.",
        "Er is geen {kind} met de naam {name}: deze tekst is voor niemand.",
        "Verbeter de id in [{kind}.{name}], of haal de tabel weg.",
    ),
    "wording.unknown-name": _error(
        "{name} is nothing that can be filled in here.",
        "Known here: {known}.",
        "{name} is niets dat hier ingevuld kan worden.",
        "Hier bestaan: {known}.",
    ),
    "wording.brace": _error(
        "This {brace} belongs to no name.",
        "Write it twice where the brace itself should be shown; a name stands between two of them, in small letters.",
        "Deze {brace} hoort bij geen naam.",
        "Schrijf hem dubbel waar de accolade zelf moet staan; een naam staat tussen twee accolades, in kleine letters.",
    ),
    "wording.not-closed": _error(
        "The part that begins here with {name} has no end.",
        "Write {end} where it ends.",
        "Het deel dat hier begint met {name} heeft geen einde.",
        "Schrijf {end} waar het eindigt.",
    ),
    "wording.not-open": _error(
        "{name} ends a part that is not the one open here.",
        "Parts end in the opposite order in which they began.",
        "{name} sluit een deel dat hier niet open is.",
        "Delen eindigen in de omgekeerde volgorde waarin ze begonnen.",
    ),
    "wording.too-deep": _error(
        "The part {name} stands too deep inside others.",
        "Write it simpler.",
        "Het deel {name} staat te diep in andere.",
        "Schrijf het eenvoudiger.",
    ),
    "wording.mention": _error(
        "@{name} would notify somebody with every post, and hide the posts from whoever blocks that account.",
        "Write the name without @.",
        "@{name} zou bij elk bericht iemand een melding geven, en verbergt de berichten voor wie dat account blokkeert.",
        "Schrijf de naam zonder @.",
    ),
    "wording.says-nothing": _error(
        "{name} shows neither title nor text.",
        "Add {missing}.",
        "{name} toont geen titel en geen tekst.",
        "Voeg {missing} toe.",
    ),
    "wording.no-link": _warning(
        "{name} has no link to what it tells of.",
        "Add {missing}.",
        "{name} heeft geen link naar waar het over gaat.",
        "Voeg {missing} toe.",
    ),
    "wording.no-mirror": _warning(
        "{name} does not say that an account is a mirror where it is one.",
        "Add {missing}, unless every account is the agency's own.",
        "{name} zegt niet dat een account een spiegel is waar dat zo is.",
        "Voeg {missing} toe, tenzij elk account van de instantie zelf is.",
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
