"""All that is imported in a page's own process; nothing here imports Sphinx or docutils."""
