"""The pages that citizens see, their feeds, and what those who watch over the program ask."""
