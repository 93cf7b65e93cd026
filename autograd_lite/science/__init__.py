"""What derivatives are for: optimisation, sensitivity, differential equations, mechanics, sampling."""
