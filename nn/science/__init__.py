"""Networks and science: differential equations, learnt Lagrangians, posteriors."""
