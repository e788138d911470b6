import threading

from scripts.local.aws.request_lock import RequestLock

LIMIT_SECONDS = 30


def test_a_second_request_waits_for_the_first() -> None:
    lock, order = RequestLock(), []

    def second() -> None:
        with lock:
            order.append("second")

    with lock:
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.05)
        order.append("first")
    waiting.join(LIMIT_SECONDS)

    assert order == ["first", "second"]


def test_a_released_lock_lets_another_through() -> None:
    lock, done = RequestLock(), threading.Event()

    def other() -> None:
        with lock:
            done.set()

    with lock, lock.released():
        threading.Thread(target=other).start()

        assert done.wait(LIMIT_SECONDS)


def test_a_released_lock_is_taken_again() -> None:
    lock, entered = RequestLock(), threading.Event()

    def other() -> None:
        with lock:
            entered.set()

    with lock:
        with lock.released():
            pass
        waiting = threading.Thread(target=other)
        waiting.start()

        assert not entered.wait(0.05)
    waiting.join(LIMIT_SECONDS)


def test_releasing_without_the_lock_does_nothing() -> None:
    lock = RequestLock()

    with lock.released(), lock:
        pass
