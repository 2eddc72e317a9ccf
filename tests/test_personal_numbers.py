"""Which numbers are those of persons: resident ids and mobile phones, however they are written."""

import pytest

from anbao.model.identity import is_mobile_number, is_resident_id


@pytest.mark.parametrize(
    "number",
    [
        "110101199003074514",
        "440308199901010012",
        "11010519491231002X",
        "11010519491231002x",
        "１１０１０５１９４９１２３１００２Ｘ",
        "110105 19491231 002X",
    ],
)
def test_resident_ids_are_recognised(number: str) -> None:
    assert is_resident_id(number)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "110101199003074515",  # wrong check digit
        "110101199013074514",  # no such month
        "000101199003074514",  # no such province
        "91110000802100433B",  # a credit code
        "92110105MA01ABCD1X",
        "JY11101010012345",
        "6901234567892",
        "13911223344",
        "我的身份证是110101199003074514",  # a text, which is screened
    ],
)
def test_other_numbers_are_none(number: str) -> None:
    assert not is_resident_id(number)


def test_old_registration_numbers_of_fifteen_digits_are_none() -> None:
    assert is_resident_id("110105491231003")
    assert not is_resident_id("110108000000016")


@pytest.mark.parametrize("number", ["13911223344", "+8613911223344", "139-1122-3344", "８６１３９１１２２３３４４"])
def test_mobile_numbers_are_recognised(number: str) -> None:
    assert is_mobile_number(number)
