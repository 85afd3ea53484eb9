"""A district is found by as many or as few words as people write."""

import pytest

from chalicelib.catalogue.rules.district_names import codes_of
from chalicelib.catalogue.rules.districts import districts


@pytest.mark.parametrize(
    "written",
    [
        "330782",
        "浙江省金华市义乌市",
        "义乌市",
        "义乌",
        "浙江义乌",
        "浙江省义乌市",
        "金华义乌",
        " 浙江省 金华市 义乌市 ",
    ],
)
def test_a_district_is_found_however_much_of_it_is_written(written: str) -> None:
    assert codes_of(written) == ("330782",)


def test_a_name_that_several_have_is_found_in_all_places_and_in_one_with_its_city() -> None:
    assert {districts()[code] for code in codes_of("鼓楼区")} == {
        "江苏省南京市鼓楼区",
        "江苏省徐州市鼓楼区",
        "福建省福州市鼓楼区",
        "河南省开封市鼓楼区",
    }
    assert [districts()[code] for code in codes_of("南京鼓楼")] == ["江苏省南京市鼓楼区"]


@pytest.mark.parametrize("written", ["", "义", "金华市", "浙江省", "330700", "义乌市金华市", "没有的地方"])
def test_what_is_no_district_is_not_found(written: str) -> None:
    assert codes_of(written) == ()
