"""What stands round every page: who is logged in, where the name leads, and the size of type."""

import pytest

from tests.cloud import Client
from tests.web.cases import filed
from tests.web.visitor import Come, Seen


def me(seen: Seen) -> str:
    """Return who a page says is logged in."""
    return seen.text.partition('<p class="xn-header__me">')[2].partition("</span> ")[2].partition("</p>")[0]


def switch(seen: Seen) -> str:
    """Return where the link leads that changes the size of type."""
    (to,) = [link["href"] for link in seen.page.named("a") if "type-size" in (link["href"] or "")]
    assert to is not None
    return to.replace("./", "/").replace("//", "/").replace(".", "")


@pytest.mark.parametrize(
    ("persona", "page", "zh", "en"),
    [
        ("officer.traffic", "/worklist", "经办甲 · 经办人 · 公安交管", "经办甲 · Officer · Traffic police"),
        (
            "inspector",
            "/inspection",
            "纪检甲 · 纪检监察人员 · 纪检监察",
            "纪检甲 · Discipline inspector · Discipline inspection",
        ),
        ("applicant", "/cases", "李示例 · 申请人", "李示例 · Applicant"),
        (
            "company",
            "/cases",
            "赵示例 · 义乌示例市场主体有限公司（合成） · 申请人",
            "赵示例 · 义乌示例市场主体有限公司（合成） · Applicant",
        ),
    ],
)
def test_every_page_says_who_is_logged_in(visitor: Come, persona: str, page: str, zh: str, en: str) -> None:
    browser = visitor(persona)

    assert me(browser.open(page)) == zh
    assert me(browser.open(f"{page}?lang=en")) == en


def test_nobody_is_named_on_a_page_before_a_login(visitor: Come) -> None:
    assert "xn-header__me" not in visitor().open("/").text


@pytest.mark.parametrize(
    ("persona", "page", "to"), [("officer.traffic", "/cards", "./worklist"), ("applicant", "/cases", "./")]
)
def test_the_name_of_the_portal_leads_staff_to_where_their_work_begins(
    visitor: Come, persona: str, page: str, to: str
) -> None:
    links = visitor(persona).open(page).page.named("a")

    assert [link["href"] for link in links if link.get("class") == "xn-header__name"] == [to]


def test_large_type_stays_on_every_page_until_it_is_switched_back(visitor: Come) -> None:
    anybody = visitor()

    seen = anybody.open(switch(anybody.open("/items?q=车牌&lang=en")))

    assert seen.path == "/items?q=%E8%BD%A6%E7%89%8C&lang=en"
    assert '<html lang="en" class="xn-large">' in seen.text
    assert 'class="xn-large"' in anybody.open("/track").text

    assert "xn-large" not in anybody.open(switch(seen)).text


def test_the_size_of_type_is_kept_for_a_year_and_leads_to_no_other_site(portal: Client) -> None:
    reply = portal.get("/type-size?size=large&next=//elsewhere.example")

    assert (reply.status, reply.headers["location"]) == (303, "./")
    assert "Max-Age=31536000" in str(reply.several["set-cookie"])


def test_going_back_to_the_callback_of_a_login_goes_on_for_whoever_is_logged_in(visitor: Come) -> None:
    applicant = visitor("applicant")

    assert applicant.open("/login/callback?code=used&state=gone").path == "/cases"
    assert visitor().open("/login/callback?code=used&state=gone").status == 400


def test_an_item_has_its_english_name_on_english_pages(visitor: Come) -> None:
    case_no = filed(visitor("applicant"))
    officer = visitor("officer.traffic")

    chinese, english = (officer.open(f"/desk/{case_no}{query}").text for query in ("", "?lang=en"))

    assert "机动车号牌补领、换领" in chinese
    assert "Replace" in english
    assert "机动车号牌补领、换领" not in english.partition("</h1>")[0]
