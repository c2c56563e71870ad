"""Accounts on X, within its terms and a spending limit."""
