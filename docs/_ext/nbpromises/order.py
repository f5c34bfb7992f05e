"""The order of all transforms, and of all that runs at the event "build-finished".

One table for all packages; `docs/_ext/README.md` explains it. Sphinx's own transform `Locale`, which
puts translations in the place of the source's words, has the priority 20.
"""

# -- Transforms of a page -------------------------------------------------------------------------

# Promises are compared as they were written.
CHECK_PROMISES = 9
# 10: Sphinx's PreserveTranslatableMessages.
# The messages are still those of the source.
CHECK_CATALOGUE = 15
# 20: Sphinx's Locale.
# 25: Sphinx counts translated nodes.
# The words are those of the edition.
CHECK_TRANSLATED = 26
CHECK_NUMBERS = 27
PLACE_FIGURES = 30

# -- At "build-finished" --------------------------------------------------------------------------

# 500: Sphinx's default; checks report, extensions write files of their own.
WRITE_FILES = 500
# 800: all files are written.
REDUCE_FILES = 800
# 900: all functions were called.
SAVE_CACHES = 900
# Last: the build came to its end, and all that it complained about is known.
MARK_COMPLETE = 999
