"""The order of all transforms, and of all that runs at the event "build-finished".

One table for all packages; `docs/_ext/README.md` explains it and has Sphinx's own transforms as well.
"""

# Transforms of a page. Sphinx's `Locale`, with the priority 20, puts translations in the place of the
# source's words.
CHECK_PROMISES = 9
FIND_CODE_WORDS = 11
CHECK_CATALOGUE = 15
TRANSLATE_CODE = 21
CHECK_TRANSLATED = 26
CHECK_NUMBERS = 27
PLACE_FIGURES = 30

# At "build-finished". 500 is Sphinx's default.
WRITE_FILES = 500
REDUCE_FILES = 800
MARK_COMPLETE = 999

# The event of `execution` before a build waits: for the fork server's imports, or for the pages that
# another build executes.
WAITING = "nbpromises-waiting"
