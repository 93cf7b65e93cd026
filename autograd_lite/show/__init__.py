"""The tape, to look at: as a table, as a graph, as a formula; what it costs, and where it first goes wrong."""
