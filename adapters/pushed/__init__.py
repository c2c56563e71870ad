"""What bodies bring themselves: files in a folder, and signed requests."""
