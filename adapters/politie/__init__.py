"""The Dutch police: its API and its feeds."""
