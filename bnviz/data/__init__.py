"""The data: data sets, their preparation, the built-in tables, points in a plane, and uploads."""
