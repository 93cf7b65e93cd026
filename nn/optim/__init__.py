"""Optimisers: the base and a family a file; what they share, what goes around them, and all of them by name."""
