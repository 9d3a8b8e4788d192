"""The claims of the lesson: statements, the runs that test them, and the recorded evidence."""
