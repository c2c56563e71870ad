"""The words that decide: data for `bot.similar.scan`, Dutch and English, all folded (lower case, without accents).

Everything here is a closed class or a term of public announcements; there are no lists of subjects.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Read words set apart by white space."""
    return frozenset(text.split())


def table(text: str) -> dict[str, str]:
    """Read lines of ``value: word word …`` into word → value."""
    pairs = (line.split(":", 1) for line in text.strip().splitlines())
    return {word: value.strip() for value, line in pairs for word in line.split()}


LEVELS = table(
    """
    yellow: geel gele yellow
    orange: oranje orange amber
    red: rood rode red
    green: groen groene green
    """
)

DIRECTIONS = table(
    """
    north: noord noorden noordelijk noordelijke north northern
    south: zuid zuiden zuidelijk zuidelijke south southern
    east: oost oosten oostelijk oostelijke east eastern
    west: west westen westelijk westelijke western
    left: links linker linkerrijstrook linkerrijbaan
    right: rechts rechter rechterrijstrook rechterrijbaan
    """
)

NEGATIONS = words(
    """
    niet geen nooit nergens niemand niets zonder behalve noch
    not no never none without except cannot cant wont dont doesnt didnt isnt arent wasnt werent couldnt wouldnt
    shouldnt hasnt havent hadnt aint neither nor
    """
)

TURNS = table(
    """
    over: ingetrokken intrekking opgeheven opheffing beeindigd beeindiging voorbij afgelopen verholpen opgelost hersteld
    over: terecht gevonden teruggevonden aangetroffen vervallen vervalt verlopen afgelast geannuleerd annulering afgeblazen
    over: weer hervat gerepareerd geblust gedoofd gedicht klaar gereed thuis vrij vrijgegeven vrijgelaten gestopt stopt
    over: staakt stopgezet stilgelegd afgebroken afgerond voltooid heropend inmiddels intussen meester controle einde terug
    over: geschrapt teruggetrokken herroepen ongeldig nietig onherroepelijk gegrond ongegrond mislukt verboden toegestaan
    over: sluitbericht loos vals nep onjuist vol leeg vast uitverkocht uitgesloten vervolg slot
    over: withdrawn withdraws revoked lifted ended ends resolved restored found again cancelled canceled cancels contained
    over: resumed reopened expired recalled released retracted retracts false
    later: uitgesteld uitstel opgeschort verplaatst verzet verschoven verschuift verlengd verlenging
    later: postponed delayed rescheduled extended suspended
    changed: update updates updated herzien herziene herziening gewijzigd wijziging wijzigingen aangepast aanpassing
    changed: rectificatie gerectificeerd correctie gecorrigeerd aangevuld aanvulling vernieuwd opnieuw nieuw nieuwe wederom
    changed: nogmaals herinnering rappel opgelaaid opgeschaald afgeschaald verscherpt versoepeld uitgebreid
    changed: revised revision corrected correction amended reminder
    hedge: toch alsnog bijna deels gedeeltelijk grotendeels volledig mogelijk vermoedelijk waarschijnlijk tijdelijk
    hedge: voorlopig definitief ontwerp voorontwerp concept alleen slechts enkel
    hedge: almost partly partially possibly possible likely probably temporarily draft only suspected
    test: oefening oefent testbericht test exercise drill
    """
)
"""Turns of meaning, in five classes, met by their stems. They also count as words: the class says that something turned."""

TURNING_PAIRS = frozenset(
    {
        ("is", "uit"), ("zijn", "uit"), ("brand", "uit"), ("is", "weg"), ("is", "af"), ("de", "baan"), ("gaat", "door"),
        ("gaan", "door"), ("loopt", "af"), ("loopt", "uit"), ("lopen", "uit"), ("neemt", "af"), ("neemt", "toe"),
        ("breidt", "uit"), ("ten", "einde"), ("duurt", "langer"), ("duurt", "korter"), ("wordt", "groter"),
        ("wordt", "kleiner"),
    }
)  # fmt: skip
"""Two words that turn together."""

OPPOSITES = {
    "open": table(
        """
        open: open opent openen geopend opening heropend openstelling opened opens
        shut: dicht gesloten sluit sluiten sluiting afgesloten afsluiting gestremd afgezet closed closes close closing
        shut: shut shuts
        """
    ),
    "height": table(
        """
        up: stijgt stijgen stijging gestegen omhoog hoger hogere verhoogd verhoogt verhoging toename rises rise rose up
        up: higher increase increases increased gain gains
        down: daalt dalen daling gedaald omlaag lager lagere verlaagd verlaagt verlaging afname falls fall fell down
        down: lower decrease decreases decreased drop drops dropped
        """
    ),
    "amount": table(
        """
        more: meer more
        less: minder less fewer
        """
    ),
    "phase": table(
        """
        begin: begin begint beginnen start starten gestart begonnen begins starts began started
        end: einde eindigt eindigen stopt stoppen stop stops
        """
    ),
    "for": table(
        """
        for: voor for
        against: tegen against
        """
    ),
    "giving": table(
        """
        get: krijgt krijgen kreeg kregen
        give: geeft geven gaf gaven
        """
    ),
    "progress": table(
        """
        still: nog
        already: al reeds
        """
    ),
    "level": table(
        """
        above: boven above
        below: onder below under
        """
    ),
    "inside": table(
        """
        inside: binnen inside
        outside: buiten outside
        """
    ),
    "way": table(
        """
        on: aan
        off: af
        to: toe
        """
    ),
    "moment": table(
        """
        earlier: eerder vroeger earlier sooner
        later: later latere
        """
    ),
    "answer": table(
        """
        yes: akkoord aangenomen goedgekeurd verleend verleende approved adopted accepted
        no: afgewezen verworpen verwerpt geweigerd afgekeurd rejected denied
        asked: aanvraag aangevraagd
        """
    ),
    "search": table(
        """
        sought: zoekt zoeken gezocht vermist vermiste missing searching
        found: aangehouden opgepakt gearresteerd gevonden terecht aangetroffen gered arrested found rescued
        """
    ),
    "verdict": table(
        """
        guilty: schuldig veroordeeld guilty convicted
        free: vrijgesproken vrijspraak acquitted
        """
    ),
}
"""Scales on which two texts may not stand at different ends; one alone may be silent."""

LENIENT_SCALES = frozenset({"bound", "for", "giving", "inside", "level", "none", "particle", "progress", "way"})
"""Scales whose words have other uses too: two texts clash only where they share no end at all."""

PARTICLES = frozenset({"aan", "af", "door", "in", "om", "op", "over", "toe", "uit", "vast", "weg"})
"""What closes a Dutch sentence as the second half of its verb: "stelt … vast" is not "stelt … uit"."""

BOUNDS = table(
    """
    until: voor tot uiterlijk before until till by
    from: na vanaf sinds after from since
    """
)
"""What a date or a time bounds, where the word stands right before it."""

BODIES = words(
    """
    gemeente gemeenten provincie waterschap hoogheemraadschap ministerie veiligheidsregio politie brandweer rijkswaterstaat
    knmi rivm nvwa uwv cbs ggd rechtbank inspectie overheid marechaussee kustwacht parket burgemeester wethouder kabinet
    """
)
"""Words for a public body that platforms add or leave out: they say who speaks."""

BODY_NAMES = {"rws": "rijkswaterstaat", "RWS": "rijkswaterstaat", "OM": "parket"}
"""Short names of bodies, as written: in small letters "om" is a preposition."""


PLACED_BODIES = frozenset(
    {"gemeente", "provincie", "waterschap", "hoogheemraadschap", "veiligheidsregio", "ministerie"}
)
"""Bodies whose place is part of their name; at the head of a text it names the speaker, not the event."""

SAME = table(
    """
    dicht: dicht gesloten sluit sluiten sluiting afgesloten afsluiting afsluiten gestremd
    open: open opent openen geopend opening
    ongeval: ongeval ongeluk ongelukken ongevallen
    aangehouden: aangehouden houdt aanhouding arresteert gearresteerd opgepakt
    gezocht: gezocht zoekt zoeken
    breed: breder verbreed verbreden
    km: km kilometer kilometers
    min: min minuut minuten minutes
    ex: ex former voormalig voormalige
    pm: premier pm
    usa: usa us
    nyc: nyc
    """
)
"""The few words that announcements use for one another without a change of meaning."""

TOWARDS = frozenset({"richting", "naar", "to", "towards"})
"""Words that give the place after them the part of where it leads to."""

LOCATIVES = words(
    "in te bij aan op nabij richting naar uit vanuit tussen langs near at to from towards between outside"
)
"""Words right before a name, or before the article before it, that make it a place."""

PLACE_ENDINGS = tuple(
    sorted(
        words(
            "straat weg laan plein dijk kade singel gracht pad hof park markt brug tunnel haven dam wijk buurt sluis polder steeg "
            "plantsoen plas kanaal"
        )
    )
)
"""How Dutch names of streets, quarters and works end."""

STOP = words(
    """
    de het een en of aan in op bij te ten ter van voor door met om tot uit naar over onder tussen langs na sinds tijdens af
    toe vanaf vanuit vanwege wegens ivm verband omdat doordat zodat als dan dat die dit deze der den des er hier daar waar
    wie wat hoe u uw je jouw jullie we wij ons onze ik mij mijn hij zij ze zijn haar hun men is was waren wordt worden werd
    werden ben bent heeft hebben had kan kunnen kunt zal zullen gaat gaan komt komen nog ook al alle maar wel dus heel hele
    erg zeer zo per eigen samen veel rond circa ca ongeveer ruim jaar jarige jarig oude uur vandaag nu procent euro euros eur
    nodig daarom daardoor hierdoor namelijk volgens aldus richting nabij jl plussers plusser
    krijgt krijgen kreeg geeft geven gaf rijdt rijden haalt halen zit zitten staat staan ligt liggen doet doen maakt laat
    laten zegt zeggen meldt melden blijkt schrijft oordeelt vertelt bedankt dank
    let lees info informatie website link site nl bekijk kijk klik foto video check zie weten deel delen tip tips bel mail
    volg nieuws nieuwsbericht persbericht breaking help live via
    the a an and or to of on at by for with from as are were be been being has have will would could may might must should
    does did do its it this that these those he she they you i my your his her their our who what when where which while
    than then there here so just also about into out off amid among vs versus now today percent pct
    s t d m re ll ve rt mt ht news report reports says say said
    """
)
"""Words that weigh nothing: function words, light verbs, what presents a text rather than tells it."""

PHRASES = (
    r"lees (?:hier |er )?(?:meer|verder)",
    r"(?:voor )?meer (?:info|informatie|weten)\b",
    r"(?:via )?(?:de )?link in (?:de )?bio",
    r"op onze website",
    r"(?:tips?|iets gezien|getuige)\s?\?",
    r"bel(?:len)?\b[^.!?\d\n]{0,30}\b(?:112|144|0[89]00[ -]?\d{4})\b",
    r"read more|more info(?:rmation)?|click here|full story",
)
"""What platforms hang onto a text, folded; each is bounded, so that none can run away on hostile input."""

LANGUAGE_MARKS = {
    "nl": words(
        "de het een van voor niet en op bij naar wordt worden zijn ook te er nog om aan met uit vanaf tot door tussen "
        "heeft geen dat die"
    ),
    "en": words(
        "the of and to for on at with from by as has have will are not that this it an its into after be been who their you "
        "they he she his her how why what when where which can could would should more new your our says about than there"
    ),
    "fr": words("de le la les des du une et pour dans sur avec est sous aux par au ressenti"),
    "de": words("der das und von mit für fur auf ist nicht ein eine im den dem zu bei wird"),
}
"""Function words that tell a language from its neighbours; what languages share ("in", "is") tells nothing."""

LANGUAGE_SPELLING = {
    "nl": r"ij|aa|uu|oe|sch|cht\b|eu|ui|ee[kmnrst]|oo[kmnrst]|z[aeio]|k[ao]|[gdl]ing\b|heid",
    "en": r"th|sh|ck|wh|tion|y\b|ea|c[aou]|qu|x|ss\b|ed\b|ou[nl]",
}
"""How either language is spelled where the other hardly is; asked only where no function word was met."""
