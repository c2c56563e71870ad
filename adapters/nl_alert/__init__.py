"""NL-Alert, the Dutch cell broadcast."""
