"""Whole models, and what they are made of: perceptrons, ensembles, sums of ridge functions, summaries."""
