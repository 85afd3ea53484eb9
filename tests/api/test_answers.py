"""What is filled in, at each place where it must stand, for each of the six sample items."""

import hashlib
import hmac
import json
from typing import Any, NamedTuple

import pytest
from botocore.exceptions import ClientError

from chalicelib import aws
from infra.local.sample_answers import sample_answers
from tests.api.bodies import ITEMS, MANDATE, SHA, item_body
from tests.api.test_cases import Person
from tests.authorities import let_act
from tests.builders import NOON, KeyPair
from tests.cloud import Client, Reply, TokenOf, said_by, the_issuer, turn_clock
from tests.quick_dynamodb import kept_tables

PLACE = "浙江省金华市义乌市稠城街道示例路1号"
COMPANY = "义乌示例市场主体有限公司（合成）（91330782MA0000028Y）"
PHONE = "139 0000 0000"


class Form(NamedTuple):
    """A sample item, who applies, and what they read of their answers: those that all may read, and the others."""

    item: str
    by: str
    open: dict[str, str]
    sensitive: dict[str, str]


FORMS = (
    Form(
        "plate-replacement",
        "applicant",
        {"plate": "浙G·00000", "vehicle": "小型汽车（蓝牌）", "cause": "丢了", "missing": "一块"},
        {"phone": PHONE, "address": PLACE},
    ),
    Form(
        "business-address",
        "company",
        {"address": PLACE, "use": "开店（门面、市场摊位）", "right": "房子是自己的", "area": "80.5"},
        {"phone": PHONE},
    ),
    Form(
        "road-occupation",
        "applicant",
        {
            "place": "浙江省金华市义乌市示例路1号门前人行道",
            "purpose": "施工、装修",
            "area": "12.5",
            "from": "2026年10月5日",
            "to": "2026年10月18日",
            "passage": "留出1.5米宽的人行通道，夜间亮警示灯。",
            "contractor": COMPANY,
        },
        {"phone": PHONE},
    ),
    Form(
        "eia-approval",
        "company",
        {
            "project": "示例印染车间（合成）",
            "site": PLACE,
            "category": "新建",
            "investment": "1200",
            "protection": "150.5",
            "start": "2026年11月27日",
            "author": COMPANY,
        },
        {"contact": "示例联系人", "phone": PHONE},
    ),
    Form(
        "archive-query",
        "applicant",
        {
            "company": COMPANY,
            "purpose": "签合同、谈合作",
            "part": "登记信息（名称、住所、法定代表人、股东）",
        },
        {},
    ),
    Form(
        "spouse-household",
        "applicant",
        {"residence": "农村（村里）", "married-on": "2020年5月20日", "owner": "爱人的"},
        {"address": PLACE, "spouse": "示例配偶（330782199003070005）", "phone": PHONE},
    ),
)

NEVER = ("13900000000", PHONE, "330782199003070005", "示例配偶", "示例联系人")
"""What stands in no place that is not meant for it, neither in an answer nor in a table."""


class Filed(NamedTuple):
    """A form that was filled in, signed if it could be, and filed."""

    form: Form
    draft: dict[str, Any]
    case: dict[str, Any]
    client: Client
    token: str

    @property
    def path(self) -> str:
        """The address of the case."""
        return f"/v1/cases/{self.case['case_no']}"

    def read(self, *, role: str) -> Reply:
        """Read the case as somebody of its department."""
        return self.client.get(f"{self.path}{said_by(role)}", token=staff(role, self.case["item"]["department"]))


def staff(role: str, department: str) -> str:
    """A token of somebody with an office's role."""
    return the_issuer().token("monitor", sub=f"{role}.{department}", roles=[role], department=department)


@pytest.fixture
def drafted(client: Client, token: TokenOf, request: pytest.FixtureRequest) -> tuple[Person, dict[str, Any]]:
    """A draft of a form with everything filled in."""
    turn_clock(NOON)
    form: Form = request.param
    client.put(f"/v1/items/{form.item}/versions/1", item_body(form.item), token=token("editor"))
    person = Person(client, token(form.by), KeyPair()).enrol()
    way = "commitment" if form.item not in {"eia-approval", "archive-query"} else "certificate"
    reply = person.draft(item_code=form.item, answers=sample_answers(form.item, on=NOON.date()), way=way)
    assert reply.status == 201, reply.text
    return person, reply.body


@pytest.fixture
def filed(drafted: tuple[Person, dict[str, Any]], request: pytest.FixtureRequest) -> Filed:
    """The case of that draft."""
    person, draft = drafted
    owed = [
        {"id": each["id"], "sha256": SHA}
        for each in draft["materials"]
        if draft["way"] in each["hand_in"] and each["required"]
    ]
    signed: dict[str, Any] = {} if draft["way"] == "commitment" else {"confirmed": [], "signature": None}
    reply = person.promise(draft, materials=owed, **signed)
    assert reply.status == 201, reply.text
    form = request.node.callspec.params["drafted"]
    return Filed(form, draft, reply.body, person.client, person.token)


of_each = pytest.mark.parametrize("drafted", FORMS, ids=lambda form: form.item, indirect=True)
of_plates = pytest.mark.parametrize("drafted", FORMS[:1], ids=lambda form: form.item, indirect=True)


def words(answers: list[dict[str, Any]]) -> dict[str, str | None]:
    """What is read of answers, None where they are withheld."""
    return {each["id"]: None if each["withheld"] else each["words"] for each in answers}


def of_form(form: Form) -> dict[str, str]:
    """Everything that the applicant filled in."""
    return {**form.open, **form.sensitive}


def withheld(form: Form) -> dict[str, str | None]:
    """The same, without what is sensitive."""
    return {**form.open, **dict.fromkeys(form.sensitive)}


def says_nothing(reply: Reply) -> bool:
    """Whether a response has nothing that is sensitive."""
    return not [each for each in NEVER if each in reply.text]


@of_each
def test_before_signing_all_that_will_be_signed_stands_in_words(drafted: tuple[Person, dict[str, Any]]) -> None:
    person, draft = drafted
    form = next(form for form in FORMS if form.item == draft["item_code"])

    read = person.client.get(f"/v1/drafts/{draft['draft_id']}", token=person.token).body

    assert words(draft["answers"]) == of_form(form)
    assert read["answers"] == draft["answers"]
    assert [each["text"] for each in draft["statements"]] == json.loads(draft["payload"])["statements"]
    assert len(draft["statements"]) == 4
    assert all(each["text_en"] for each in draft["statements"])
    assert [each["label"] for each in draft["answers"]] == [
        each["label"] for each in json.loads(draft["payload"])["answers"]
    ]


@of_each
def test_what_is_signed_has_open_answers_in_words_and_sensitive_ones_by_their_digest(
    drafted: tuple[Person, dict[str, Any]],
) -> None:
    _, draft = drafted
    form = next(form for form in FORMS if form.item == draft["item_code"])
    signed = {each["id"]: each for each in json.loads(draft["payload"])["answers"]}

    assert {name: each.get("words") for name, each in signed.items()} == withheld(form)
    assert not [each for each in NEVER if each in draft["payload"]]
    for each in draft["answers"]:
        if each["id"] in form.sensitive:
            text = json.dumps(
                {"id": each["id"], "value": each["value"], "words": each["words"]},
                ensure_ascii=False,
                sort_keys=True,
                separators=(",", ":"),
            )
            digest = hmac.new(bytes.fromhex(each["salt"]), text.encode(), hashlib.sha256).hexdigest()
            assert digest == each["digest"] == signed[each["id"]]["digest"]


@of_each
def test_the_applicant_and_the_officer_read_every_answer(filed: Filed) -> None:
    own = filed.client.get(filed.path, token=filed.token).body
    desk = filed.read(role="officer").body

    assert own["answers"] == filed.draft["answers"]
    assert desk["answers"] == filed.draft["answers"]


@of_each
@pytest.mark.parametrize("role", ["head", "supervisor"])
def test_whoever_does_not_handle_a_case_reads_no_sensitive_answer(filed: Filed, role: str) -> None:
    reply = filed.read(role=role)

    assert words(reply.body["answers"]) == withheld(filed.form)
    assert says_nothing(reply)
    assert all(each["salt"] is None for each in reply.body["answers"])


@of_each
def test_the_monitoring_office_and_the_answer_to_a_filing_have_no_sensitive_answer(filed: Filed) -> None:
    monitor = filed.client.get(filed.path, token=the_issuer().token("monitor"))

    assert words(monitor.body["answers"]) == withheld(filed.form)
    assert says_nothing(monitor)
    assert words(filed.case["answers"]) == withheld(filed.form)


@of_each
def test_the_timeline_proves_what_was_filled_in(filed: Filed) -> None:
    reply = filed.client.get(f"{filed.path}/timeline", token=filed.token)

    texts = {name: text for event in reply.body["items"] for name, text in event["texts"].items()}
    if filed.case["commitment"] is None:
        answers = json.loads(texts["answers"])
        assert "payload" not in texts
    else:
        answers = json.loads(texts["payload"])["answers"]
        assert "answers" not in texts
    assert {each["id"]: each.get("words") for each in answers} == withheld(filed.form)
    assert says_nothing(reply)
    assert reply.body["verified"]


@of_each
def test_an_inspector_reads_what_is_open_and_that_there_is_more(filed: Filed, token: TokenOf) -> None:
    scope = {**MANDATE["scope"], "departments": [], "case_nos": [filed.case["case_no"]]}
    asked = filed.client.post("/v1/inspections", {**MANDATE, "scope": scope}, token=token("inspector")).body
    mandate = f"/v1/inspections/{asked['id']}"
    approval = {"If-Match": f'"{asked["version"]}"'}
    approved = filed.client.call("POST", f"{mandate}/approval", {}, token=token("inspector2"), headers=approval)
    assert approved.status == 200, approved.text

    reply = filed.client.get(f"{mandate}/cases/{filed.case['case_no']}/timeline", token=token("inspector"))

    assert words(reply.body["answers"]) == withheld(filed.form)
    assert says_nothing(reply)


@of_each
def test_no_table_holds_a_sensitive_answer_in_the_clear(filed: Filed) -> None:
    stored = kept_tables()

    assert filed.case["case_no"].encode() in stored
    assert not [each for each in NEVER if each.encode() in stored]
    assert (
        "示例路1号".encode() in stored
        or filed.form.item in {"plate-replacement", "spouse-household"}
        or (filed.form.item == "archive-query")
    )


@of_plates
def test_a_case_is_handled_without_its_sensitive_answers_while_there_is_no_key(
    filed: Filed, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_keys(monkeypatch)

    desk = filed.read(role="officer")
    draft = filed.client.get(f"/v1/drafts/{filed.draft['draft_id']}", token=filed.token)

    assert words(desk.body["answers"]) == withheld(filed.form)
    assert (draft.status, draft.code) == (503, "UNAVAILABLE")


@of_plates
def test_filing_asks_for_no_key(drafted: tuple[Person, dict[str, Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    person, draft = drafted
    forget_keys(monkeypatch)

    assert person.promise(draft).status == 201


def test_an_agent_reads_the_sensitive_answers_of_the_cases_they_filed_alone(plates: Person, token: TokenOf) -> None:
    principal, agent = plates.enrol(), Person(plates.client, token("agent")).enrol()
    authority = let_act(plates.client, principal.token)
    answers = sample_answers("plate-replacement", on=NOON.date())
    drafted = agent.draft(answers=answers, on_behalf_of={"authority": authority}).body
    theirs = agent.promise(drafted).body["case_no"]
    own = principal.promise(principal.draft(answers=answers).body).body["case_no"]

    def read(case_no: str, by: Person) -> dict[str, str | None]:
        return words(plates.client.get(f"/v1/cases/{case_no}", token=by.token).body["answers"])

    assert read(theirs, agent) == read(theirs, principal) == read(own, principal) == of_form(FORMS[0])
    assert read(own, agent) == withheld(FORMS[0])


def forget_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process have no data key, and no way to one."""
    from chalicelib.container import container  # noqa: PLC0415 - made anew for each test

    class Down:
        def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - a call
            def call(**_asked: object) -> None:
                raise ClientError({"Error": {"Code": "KMSInternalException"}}, name)

            return call

    container().__dict__.pop("answer_keys", None)
    container().__dict__.pop("case_answers", None)
    container().__dict__.pop("case_queries", None)
    container().__dict__.pop("drafting", None)
    client = aws.client
    monkeypatch.setattr(
        "chalicelib.subjects.store.client", lambda service: Down() if service == "kms" else client(service)
    )


PHONES = (
    "13900000000",
    "139 0000 0000",
    "139-0000-0000",
    "+86 139 0000 0000",
    "+8613900000000",
    "0086-139-0000-0000",
    "86 13900000000",
    "１３９００００００００",
    "(+86) 139.0000.0000",
    "\u202d139\u00a00000\u00a00000\u202c",
)


@pytest.fixture
def plates(client: Client, token: TokenOf) -> Person:
    """Somebody who asks for plates."""
    turn_clock(NOON)
    client.put("/v1/items/plate-replacement/versions/1", item_body(), token=token("editor"))
    return Person(client, token("applicant"))


def ask(person: Person, *, language: str = "zh", **answers: object) -> Reply:
    """Ask for a draft with other answers than the usual ones."""
    filled_in = sample_answers("plate-replacement", on=NOON.date(), **answers)
    return person.draft(answers=filled_in, language=language)


@pytest.mark.parametrize("typed", PHONES)
def test_a_phone_number_typed_in_ten_forms_becomes_one(plates: Person, typed: str) -> None:
    reply = ask(plates, phone=typed)

    (phone,) = (each for each in reply.body["answers"] if each["id"] == "phone")
    assert (phone["value"], phone["words"]) == ("+8613900000000", "139 0000 0000")


@pytest.mark.parametrize(
    ("answers", "pointer", "zh", "en"),
    [
        ({"colour": "red"}, "/answers/colour", "本事项没有这个问题。", "The item asks no such question."),
        ({"plate": ""}, "/answers/plate", "请回答这个问题。", "Please answer this question."),
        ({"plate": "\u200b"}, "/answers/plate", "请回答这个问题。", "Please answer this question."),
        ({"plate": 5}, "/answers/plate", "应为文字。", "This should be text."),
        ({"vehicle": "bus"}, "/answers/vehicle", "请从给出的选项中选择。", "Choose one of the options."),
        ({"vehicle": True}, "/answers/vehicle", "请从给出的选项中选择。", "Choose one of the options."),
        (
            {"cause": "damaged"},
            "/answers/missing",
            "按您前面的回答，这一项不用填，请删去。",
            "By your answers before, this is not asked: leave it out.",
        ),
        (
            {"address": {"district": "330782", "detail": "路" * 201}},
            "/answers/address/detail",
            "最多 200 个字，现在是 201 个字。",
            "At most 200 characters; this has 201.",
        ),
        (
            {"address": {"district": "330782", "detail": "路\u202e号"}},
            "/answers/address/detail",
            "含有看不见或不允许的字符（U+202E），请删去。",
            "Remove the hidden character U+202E.",
        ),
        (
            {"address": "义乌市"},
            "/answers/address",
            "这一项要分开填写：district, detail。",
            "This is answered in parts: district, detail.",
        ),
        (
            {"address": {"district": "999999", "detail": "1号"}},
            "/answers/address/district",
            "请选择所在的区、县（6位行政区划代码）。",
            "Choose the district (six digits by GB/T 2260).",
        ),
    ],
)
def test_a_wrong_answer_is_told_where_it_stands_in_both_languages(
    plates: Person, answers: dict[str, object], pointer: str, zh: str, en: str
) -> None:
    chinese, english = (ask(plates, language=language, **answers) for language in ("zh", "en"))

    assert (chinese.status, chinese.code) == (422, "ANSWERS_MISSING")
    assert chinese.body["errors"] == [{"pointer": pointer, "detail": zh}]
    assert english.body["errors"] == [{"pointer": pointer, "detail": en}]


def test_an_address_with_an_emoji_is_taken_and_a_phone_number_with_one_is_not(plates: Person) -> None:
    shop = ask(plates, address={"district": "330782", "detail": "1号🏠面馆"})
    phone = ask(plates, phone="📱13900000000")

    assert shop.status == 201
    assert [each["pointer"] for each in phone.body["errors"]] == ["/answers/phone"]
    assert "13900000000" not in phone.text


def test_all_that_is_wrong_is_told_at_once(plates: Person) -> None:
    reply = plates.draft(answers={"plate": "京A", "vehicle": "small", "phone": "110", "cause": "lost", "x": True})

    assert [each["pointer"] for each in reply.body["errors"]] == [
        "/answers/x",
        "/answers/plate",
        "/answers/missing",
        "/answers/phone",
        "/answers/address",
    ]


@pytest.mark.parametrize(
    ("answer", "pointer"),
    [
        (None, "/answers/address"),
        ([], "/answers/address"),
        (["a"], "/answers/address"),
        ({}, "/answers/address"),
        ({"district": "330782", "detail": 1}, "/answers/address/detail"),
        ({"district": "330782", "detail": "1号", "no/such": ""}, "/answers/address/no~1such"),
        ({"district": "330782", "detail": None}, "/answers/address/detail"),
        ("长" * 10_001, "/answers/address"),
    ],
)
def test_an_answer_of_no_known_form_is_told_like_any_other_fault(plates: Person, answer: object, pointer: str) -> None:
    reply = ask(plates, address=answer)

    assert (reply.status, reply.code) == (422, "ANSWERS_MISSING")
    assert [each["pointer"] for each in reply.body["errors"]] == [pointer]


def test_a_file_that_a_question_asks_for_may_be_handed_in_or_left_out(client: Client, token: TokenOf) -> None:
    turn_clock(NOON)
    client.put("/v1/items/business-address/versions/1", item_body("business-address"), token=token("editor"))
    company = Person(client, token("company")).enrol()
    answers = sample_answers("business-address", on=NOON.date())
    first, second = (company.draft(item_code="business-address", answers=answers).body for _ in range(2))

    photo = next(each for each in first["materials"] if each["id"] == "door-photo")
    without = company.promise(first)
    handed_in = company.promise(second, materials=[{"id": "door-photo", "sha256": SHA, "name": "门牌.jpg"}])

    assert (photo["name"], photo["required"]) == ("门牌的照片", False)
    assert photo["hand_in"] == ["commitment", "certificate"]
    assert (without.status, without.body["materials"]) == (201, [])
    assert (handed_in.status, [each["id"] for each in handed_in.body["materials"]]) == (201, ["door-photo"])


def test_there_is_a_form_for_each_sample_item() -> None:
    assert sorted(path.stem for path in ITEMS.glob("*.json")) == sorted(form.item for form in FORMS)
