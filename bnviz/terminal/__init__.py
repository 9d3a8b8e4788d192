"""The terminal: the commands of `bnviz`, each of which runs in one process."""
