"""Forms: the fields in which a viewer chooses settings, the axes of a map, and data."""
