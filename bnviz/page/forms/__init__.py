"""Forms: the fields in which a viewer chooses settings, axes and data."""
