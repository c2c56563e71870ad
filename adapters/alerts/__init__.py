"""Burgernet and AMBER, and what the alert sources share."""
