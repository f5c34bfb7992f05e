"""Builds that wait for each other."""

from filelock import AcquireReturnProxy, BaseFileLock, Timeout


def wait_for(lock: BaseFileLock) -> AcquireReturnProxy[BaseFileLock]:
    """Acquire a lock; if another build has it for longer than a moment, say so.

    Where the file system has no locks, the mere file is one, and one that was left there is never free.
    """
    try:
        return lock.acquire(timeout=2)
    except Timeout:
        print(
            f"waits for another build, which has {lock.lock_file}", flush=True
        )
        return lock.acquire()
