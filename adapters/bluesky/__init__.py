"""Bluesky accounts, through the public view."""
