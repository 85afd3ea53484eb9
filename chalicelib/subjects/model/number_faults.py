"""What can be wrong with an identifier, said in both languages: what does not fit, and where it is put right."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from chalicelib.errors import FieldError
from chalicelib.subjects.model.subjects import SubjectKind


class NumberFault(StrEnum):
    """What does not fit (号码问题): stable codes for machines."""

    LENGTH = "NUMBER_LENGTH"
    CHARACTERS = "NUMBER_CHARACTERS"
    DATE = "NUMBER_DATE"
    CHECK = "NUMBER_CHECK"
    KIND = "NUMBER_KIND"


TEXTS: Final[Mapping[NumberFault, tuple[str, str]]] = {
    NumberFault.LENGTH: ("号码的位数不对", "The number is too long or too short"),
    NumberFault.CHARACTERS: (
        "号码中有不该出现的字符，或者数字、字母的位置不对",
        "The number has a character that does not belong where it is",
    ),
    NumberFault.DATE: (
        "号码中的出生日期有误：没有这一天，或者早于1880年，或者晚于今天",
        "The date of birth in the number is no day, or before 1880, or yet to come",
    ),
    NumberFault.CHECK: (
        "号码的末位（校验码）与前面各位不符，多半有一位写错或者前后颠倒",
        "The last character does not fit the others: one of them is probably wrong, or two changed places",
    ),
    NumberFault.KIND: (
        "号码与所选的证件种类不符，它是另一种证件的号码",
        "The number is that of another kind of document than the one stated",
    ),
}

FORMS: Final[Mapping[SubjectKind, tuple[str, str]]] = {
    SubjectKind.RESIDENT_ID: (
        "居民身份证号码为18位：17位数字，末位是数字或X；旧证为15位数字",
        "A resident's number has 17 digits, then a digit or X; an old one has 15 digits",
    ),
    SubjectKind.RESIDENCE_PERMIT: (
        "居住证和永久居留身份证号码为18位：17位数字，末位是数字或X；旧的永久居留身份证号码为3个字母加12位数字",
        "A permit's number has 17 digits, then a digit or X; an old one for permanent residence 3 letters, 12 digits",
    ),
    SubjectKind.PASSPORT: ("护照号码为5至9位字母或数字", "A passport's number has 5 to 9 letters and digits"),
    SubjectKind.USCC: (
        "统一社会信用代码为18位数字或字母，不用I、O、S、V、Z，第3至8位是数字",
        "An organisation's code has 18 digits and letters, none of I, O, S, V and Z, and digits in places 3 to 8",
    ),
}

OFFICES: Final[Mapping[SubjectKind, tuple[str, str]]] = {
    SubjectKind.RESIDENT_ID: ("户口所在地的公安派出所", "the police station of your household registration"),
    SubjectKind.RESIDENCE_PERMIT: (
        "签发证件的公安机关或者移民管理机构",
        "the police or immigration office that issued it",
    ),
    SubjectKind.PASSPORT: ("护照签发机关", "the authority that issued the passport"),
    SubjectKind.USCC: ("登记机关", "the authority that registered the organisation"),
}


def number_fault(fault: NumberFault, kind: SubjectKind, *, pointer: str) -> FieldError:
    """Return the error at the field of a number, which is not repeated in it."""
    (zh, en), (form_zh, form_en), (office_zh, office_en) = TEXTS[fault], FORMS[kind], OFFICES[kind]
    return FieldError(
        pointer=pointer,
        code=fault.value,
        detail=f"{zh}。{form_zh}。请对照证件核对；证件上就是这样的，请到{office_zh}更正。",
        english=f"{en}. {form_en}. Compare it with the document; if the document says so, have it put right at "
        f"{office_en}.",
    )
