"""The modes of the page: laboratory, phase map, seeds and lesson."""
