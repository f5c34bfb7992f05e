"""The environment variables of a page's process.

A page's process gets the variables that are set for every page, those that are watched, and those
that it needs to work at all. All others are removed: a variable that nobody watches cannot change
an output.
"""

import os
from collections.abc import Iterable, Mapping

# Set for every page, so that outputs do not depend on the user's settings.
PAGE_ENVIRONMENT = {
    "MATPLOTLIBRC": os.devnull,
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    # ipykernel imports the debugger, which otherwise warns about frozen modules.
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    # The order of sets is the same in every run, also in processes that a page starts.
    "PYTHONHASHSEED": "0",
}
# Passed to every page if they are set. Another value executes all pages again.
WATCHED = {
    "CUDA_VISIBLE_DEVICES",
    "LANG",
    "LANGUAGE",
    "LC_ALL",
    "LC_COLLATE",
    "LC_CTYPE",
    "LC_MESSAGES",
    "LC_NUMERIC",
    "LC_TIME",
    "MKL_NUM_THREADS",
    "NPY_DISABLE_CPU_FEATURES",
    "OMP_NUM_THREADS",
    "OPENBLAS_CORETYPE",
    "OPENBLAS_NUM_THREADS",
    "PYTHONPATH",
    "TZ",
}
# Passed to every page, but not watched: they say where files are, and those files are watched.
PASSED = {
    "HOME",
    "LD_LIBRARY_PATH",
    "OPENBLAS_L2_SIZE",
    "PATH",
    "TMPDIR",
    "XDG_CACHE_HOME",
}


def influences(
    environ: Mapping[str, str], fixed: Mapping[str, str], watched: Iterable[str]
) -> dict[str, str]:
    """Return the variables of a page that can change its outputs, with their values.

    `fixed` and `watched` are the site's additions to `PAGE_ENVIRONMENT` and `WATCHED`.

    >>> variables = {"TZ": "UTC", "TF_CLI_CONFIG_FILE": "~/.terraformrc"}
    >>> sorted(influences(variables, {"TF_CPP_MIN_LOG_LEVEL": "3"}, [])) == sorted(
    ...     [*PAGE_ENVIRONMENT, "TF_CPP_MIN_LOG_LEVEL", "TZ"]
    ... )
    True
    """
    names = WATCHED.union(watched)
    found = {name: value for name, value in environ.items() if name in names}
    return {**found, **PAGE_ENVIRONMENT, **fixed}


def page_environment(
    environ: Mapping[str, str],
    fixed: Mapping[str, str],
    watched: Iterable[str],
    path: Iterable[os.PathLike[str]],
) -> dict[str, str]:
    """Return all variables of a page's process; `path` comes first on its PYTHONPATH."""
    users = filter(None, environ.get("PYTHONPATH", "").split(os.pathsep))
    passed = {name: value for name, value in environ.items() if name in PASSED}
    return {
        **passed,
        **influences(environ, fixed, watched),
        "PYTHONPATH": os.pathsep.join([*map(os.fspath, path), *users]),
    }
