"""A strict stand-in for the servers we publish to: real HTTP, state in memory, faults on command.

``mastodon.py`` starts it in a thread or as a process, ``process.py`` starts that process from another program.
``dialect.py`` says how the families differ, ``state.py`` what a server remembers, ``rules.py`` what it refuses,
``posting.py`` what its verbs do, ``texts.py`` and ``shapes.py`` how it shows things, ``rates.py`` its windows, ``faults.py``
its bad days, ``api.py`` and ``control.py`` its two doors, ``app.py`` the way a request takes through all of it,
``client.py`` somebody who asks, and ``tally.py`` what was lost, doubled or out of order in the end.
"""
