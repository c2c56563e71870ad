"""Official publications, through SRU 2.0."""
