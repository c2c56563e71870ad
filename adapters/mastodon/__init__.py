"""Mastodon, both ways: an account we publish on, and accounts we read."""
