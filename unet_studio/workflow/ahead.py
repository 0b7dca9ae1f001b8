"""Work done ahead in threads, its results in order: pictures are decoded while the network has the one before."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")


class Ahead:
    """Threads that work ahead; made by `working_ahead`."""

    def __init__(self, pool: ThreadPoolExecutor, waiting: int) -> None:
        self._pool, self._waiting = pool, waiting

    def results(self, work: Iterable[Callable[[], T]]) -> Iterator[T]:
        """The result of each piece of work, in order; at most `waiting` pieces are begun and not asked for yet."""
        begun: deque[Future[T]] = deque()
        try:
            for one in work:
                begun.append(self._pool.submit(one))
                if len(begun) >= self._waiting:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()


@contextmanager
def working_ahead(threads: int, stop: Callable[[], object]) -> Iterator[Ahead]:
    """Threads for the time of a `with`. stop: breaks work under way off, where the `with` ends by an error."""
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
    try:
        yield Ahead(pool, 2 * threads)
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        stop()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
