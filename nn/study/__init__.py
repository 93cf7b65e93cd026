"""Looking into a network and its training: both passes, layer by layer, which inputs matter, how sure to be."""
