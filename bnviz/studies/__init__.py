"""Studies: many runs that answer one question, such as a phase map or bands over seeds."""
