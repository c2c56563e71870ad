"""From what is wanted to what a server has accepted: claimed, frozen, sent, settled, and found again after a doubt."""
