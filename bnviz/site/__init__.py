"""The site without a server: lesson, presets, map and seeds as files for any static host.

`site.pages` and `site.run_files` say what it consists of. Nothing is trained: the runs are the
recordings that come with the package, and the texts are those of the page.
"""
