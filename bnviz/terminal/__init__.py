"""The terminal: the commands of `python -m bnviz`, each in one process, without a page."""
