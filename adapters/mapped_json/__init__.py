"""Any JSON document, read through a mapping."""
