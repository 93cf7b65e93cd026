"""Layers: linear ones and what stands before, between and around them."""
