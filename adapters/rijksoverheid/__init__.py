"""Rijksoverheid.nl, through its feed with a query."""
