"""Pictures made fit for an account before its post leaves."""
