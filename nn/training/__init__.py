"""Training: the loop, one epoch of it, one step of it, what it is told and what it leaves behind."""
