"""Sitemaps, for sites without a feed."""
