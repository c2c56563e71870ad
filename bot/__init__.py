"""Omroeper decides and remembers here; `adapters` translates."""
