"""TikTok accounts that have authorised us."""
