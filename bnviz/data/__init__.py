"""The data: data sets, their preparation, the tables that come along, and uploaded files."""
