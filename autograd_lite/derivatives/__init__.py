"""Functions of functions: gradients, Jacobians, Hessians, partials; checked, and with less memory."""
