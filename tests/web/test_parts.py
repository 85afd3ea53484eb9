"""Components that are drawn once: the same for the same, and no more of them than a process should keep."""

from markupsafe import Markup

from chalicelib.web.core.fragments import KEPT, kept


class Component:
    """Stands for a macro, and counts how often it draws."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.drawn = 0

    def __call__(self, parameters: dict[str, object]) -> Markup:
        self.drawn += 1
        return Markup("<b>{}</b>").format(parameters["text"])


def test_what_was_drawn_once_is_drawn_for_the_same_parameters_no_second_time() -> None:
    tag = Component("once")

    seen = [kept(tag, {"text": text}) for text in ("a", "<", "a")]

    assert seen == ["<b>a</b>", "<b>&lt;</b>", "<b>a</b>"]
    assert tag.drawn == 2


def test_components_of_another_name_are_others() -> None:
    first, second = Component("one"), Component("two")

    assert kept(first, {"text": "a"}) == kept(second, {"text": "a"})
    assert (first.drawn, second.drawn) == (1, 1)


def test_a_process_keeps_only_so_many() -> None:
    tag = Component("many")

    for number in range(KEPT + 1):
        kept(tag, {"text": str(number)})
    for number in range(1, KEPT + 1):
        kept(tag, {"text": str(number)})
    drawn_once = tag.drawn
    kept(tag, {"text": "0"})

    assert (drawn_once, tag.drawn) == (KEPT + 1, KEPT + 2)
