import threading

import pytest

from companies.imports.ahead import one_ahead


class TestOneAhead:
    def test_gives_the_same_in_the_same_order(self):
        assert list(one_ahead(iter(range(50)))) == list(range(50))
        assert list(one_ahead(iter(()))) == []

    def test_makes_one_while_its_taker_works_and_no_more(self):
        made = []
        second = threading.Event()

        def making():
            for number in range(5):
                made.append(number)
                if number == 1:
                    second.set()
                yield number

        items = one_ahead(making())
        assert next(items) == 0
        assert second.wait(5)
        assert made == [0, 1]
        assert next(items) == 1

    def test_raises_what_making_raises_where_it_is_asked_for(self):
        def making():
            yield 1
            raise MemoryError

        items = one_ahead(making())
        assert next(items) == 1
        with pytest.raises(MemoryError):
            next(items)

    def test_lets_go_at_once_of_what_is_being_made(self):
        is_asked, go_on = threading.Event(), threading.Event()

        def making():
            yield 1
            is_asked.set()
            go_on.wait(30)
            yield 2

        items = one_ahead(making())
        assert next(items) == 1
        assert is_asked.wait(5)
        items.close()
        assert not go_on.is_set()
        go_on.set()
