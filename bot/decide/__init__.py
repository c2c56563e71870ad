"""What is to happen with what a source showed. Pure: rows and ``now`` as data; ``look`` begins, the others are its rules."""
