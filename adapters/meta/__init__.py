"""The Graph API's places: Facebook Pages, Threads and Instagram."""
