"""Words for dates, times, numbers and units, Dutch and English, all folded: data for `bot.similar.scan` and `figures`."""

from __future__ import annotations

from bot.similar.lexicon import table

MONTHS = table(
    """
    1: januari january jan
    2: februari february feb
    3: maart march mrt mar
    4: april apr
    5: mei may
    6: juni june jun
    7: juli july jul
    8: augustus august aug
    9: september sept sep
    10: oktober october okt oct
    11: november nov
    12: december dec
    """
)
"""Names of months beside a day; alone they count only where they mean nothing else (`BARE_MONTHS`)."""

BARE_MONTHS = frozenset(MONTHS) - {"jan", "mar", "mrt", "march", "may", "sep", "apr", "jun", "jul", "okt", "oct", "dec"}

WEEKDAYS = table(
    """
    1: maandag monday
    2: dinsdag tuesday
    3: woensdag wednesday
    4: donderdag thursday
    5: vrijdag friday
    6: zaterdag saturday
    7: zondag sunday
    """
)

DAYPARTS = table(
    """
    morning: ochtend ochtends vanochtend vanmorgen morning
    midday: middag middags vanmiddag afternoon noon
    evening: avond avonds vanavond evening tonight
    night: nacht nachts nachten nachtelijke nachtelijk vannacht overnight
    tomorrow: morgen tomorrow
    later: overmorgen
    yesterday: gisteren gisteravond eergisteren yesterday
    weekend: weekend weekeinde weekends
    pasen: pasen paasdag
    kerst: kerst kerstdag kerstmis christmas
    pinksteren: pinksteren pinksterdag
    """
)
"""Times without a clock. "Vandaag", "nu" and "today" are left out: on the day itself they add nothing."""

NUMBERS = table(
    """
    0: nul zero
    1: one
    2: twee beide two tweetal twin
    3: drie three drietal
    4: vier four viertal
    5: vijf five
    6: zes six
    7: zeven seven
    8: acht eight
    9: negen nine
    10: tien ten
    11: elf eleven
    12: twaalf twelve dozen dozijn
    13: dertien thirteen
    14: veertien fourteen
    15: vijftien fifteen
    16: zestien sixteen
    17: zeventien seventeen
    18: achttien eighteen
    19: negentien nineteen
    20: twintig twenty
    30: dertig thirty
    40: veertig forty
    50: vijftig fifty
    60: zestig sixty
    70: zeventig seventy
    80: tachtig eighty
    90: negentig ninety
    100: honderd hundred
    1000: duizend thousand
    1000000: miljoen million
    1000000000: miljard billion
    tens: tientallen dozens scores
    hundreds: honderden hundreds
    thousands: duizenden thousands
    """
)
"""Numbers in words. Dutch "een" is left out: it is nearly always the article."""

ORDINALS = table(
    """
    1: eerste first
    2: tweede second
    3: derde third
    4: vierde fourth
    5: vijfde fifth
    6: zesde sixth
    7: zevende seventh
    8: achtste eighth
    9: negende ninth
    10: tiende tenth
    11: elfde
    12: twaalfde twelfth
    """
)
"""Ranks in words: "tweede explosie" is not "twee explosies"."""

UNITS = table(
    """
    year: jaar jaren jarige jarig jr year years
    month: maand maanden month months
    week: week weken weeks
    day: dag dagen day days
    minute: min minuut minuten minute minutes
    percent: procent percent pct
    money: euro euros eur
    """
)
"""What a number right before it measures, where the word itself weighs little."""

SYMBOLS = {"%": "percent", "€": "money"}

SCALES = {
    "duizend": 1_000,
    "thousand": 1_000,
    "mln": 1_000_000,
    "miljoen": 1_000_000,
    "million": 1_000_000,
    "mld": 1_000_000_000,
    "miljard": 1_000_000_000,
    "billion": 1_000_000_000,
    "bn": 1_000_000_000,
}
