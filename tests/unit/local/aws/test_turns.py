import threading

from scripts.local.aws.turns import Turns

LIMIT_SECONDS = 30


def test_second_waits_until_the_first_is_through() -> None:
    turns, order = Turns(), []

    def second() -> None:
        with turns:
            order.append("second")

    with turns:
        waiting = threading.Thread(target=second)
        waiting.start()
        waiting.join(timeout=0.05)
        order.append("first")
    waiting.join(LIMIT_SECONDS)

    assert order == ["first", "second"]


def test_turn_given_up_lets_another_through() -> None:
    turns, done = Turns(), threading.Event()

    def other() -> None:
        with turns:
            done.set()

    with turns, turns.given_up():
        threading.Thread(target=other).start()

        assert done.wait(LIMIT_SECONDS)


def test_turn_is_taken_again_after_it_was_given_up() -> None:
    turns, entered = Turns(), threading.Event()

    def other() -> None:
        with turns:
            entered.set()

    with turns:
        with turns.given_up():
            pass
        waiting = threading.Thread(target=other)
        waiting.start()

        assert not entered.wait(0.05)
    waiting.join(LIMIT_SECONDS)


def test_who_has_no_turn_gives_none_up() -> None:
    turns = Turns()

    with turns.given_up(), turns:
        pass
