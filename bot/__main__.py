"""``python -m bot``: the program, where its entry point is not installed."""

from bot.cli import main

if __name__ == "__main__":
    main()
