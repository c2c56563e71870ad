"""The command line."""


def main() -> None:
    """Stand in until the command groups exist."""
