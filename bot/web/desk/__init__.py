"""The operators' desk: how things stand, what waits for a person, and the few acts that change what is wanted.

Only for those who sign in. It never calls a server: it writes what is wanted, and the outbox closes the difference.
"""
