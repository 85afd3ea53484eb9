"""The districts that an address can be in."""

import pytest

from chalicelib.catalogue.rules.districts import districts


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("330782", "浙江省金华市义乌市"),
        ("110101", "北京市东城区"),
        ("500230", "重庆市丰都县"),
        ("441900", "广东省东莞市"),
        ("469005", "海南省文昌市"),
        ("659001", "新疆维吾尔自治区石河子市"),
        ("710000", "台湾省"),
        ("820000", "澳门特别行政区"),
    ],
)
def test_a_district_is_named_from_the_province_on(code: str, name: str) -> None:
    assert districts()[code] == name


@pytest.mark.parametrize("code", ["330000", "330700", "330701", "110100", "330204", "999999"])
def test_provinces_cities_with_districts_and_what_has_ended_are_no_districts(code: str) -> None:
    assert code not in districts()


def test_there_are_as_many_as_the_country_has() -> None:
    assert 2800 < len(districts()) < 2900
