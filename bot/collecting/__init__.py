"""Asking sources politely, and taking what they show into memory."""
