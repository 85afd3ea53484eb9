"""The closed list of errors in an item, or in an applicant's answers to its questions, in both languages."""

from enum import StrEnum

from chalicelib.errors import FieldError


class ItemFault(StrEnum):
    """Kinds of faults (问题): stable codes for machines."""

    BLANK = "item_blank"
    BAD_CODE = "item_bad_code"
    PARENT = "item_parent"
    VAGUE = "item_vague"
    ID_REPEATED = "item_id_repeated"
    NO_LEGAL_BASIS = "item_no_legal_basis"
    NO_SUCH_DEPARTMENT = "item_no_such_department"
    NO_RULE_PACK = "item_no_rule_pack"
    UNKNOWN_RISK = "item_unknown_risk"
    RISK_EXCLUDED = "item_risk_excluded"
    NOTHING_TO_PROMISE = "item_nothing_to_promise"
    ASKS_AT_ONCE = "item_asks_at_once"
    LIMIT_VALUE = "item_limit_value"
    LIMIT_UNIT = "item_limit_unit"
    PROMISED_TOO_LONG = "item_promised_too_long"
    NO_STEPS = "item_no_steps"
    STEPS_TOO_LONG = "item_steps_too_long"
    TEXT_HAS_OPTIONS = "item_text_has_options"
    NO_CHOICE = "item_no_choice"
    NO_CONDITIONS = "item_no_conditions"
    CONDITION_WITHOUT_MATERIAL = "item_condition_without_material"
    SHARED_YET_ASKED = "item_shared_yet_asked"
    NO_SUCH_QUESTION = "item_no_such_question"
    LATER_QUESTION = "item_later_question"
    ENGLISH_MISSING = "item_english_missing"
    CHECK_NOT_OF_KIND = "item_check_not_of_kind"
    CHECK_NOT_A_NUMBER = "item_check_not_a_number"
    CHECK_REVERSED = "item_check_reversed"
    CHECK_TOO_LONG = "item_check_too_long"
    NO_SUCH_PATTERN = "item_no_such_pattern"
    NO_EARLIER_DATE = "item_no_earlier_date"
    FILE_WITHOUT_BASIS = "item_file_without_basis"
    PERSON_NOT_SENSITIVE = "item_person_not_sensitive"
    SENSITIVE_CONDITION = "item_sensitive_condition"
    DEPENDS_ON_SENSITIVE = "item_depends_on_sensitive"
    KNOWN_NOT_OF_KIND = "item_known_not_of_kind"
    WAYS = "item_ways"
    LATER_NOT_HANDED_IN = "item_later_not_handed_in"
    LATER_UNIT = "item_later_unit"
    MATERIAL_WITHOUT_CONDITION = "item_material_without_condition"
    DEPENDS_ON_NO_CHOICE = "item_depends_on_no_choice"
    NO_SUCH_OPTION = "item_no_such_option"
    OFFICERS = "item_officers"
    ONSITE_OFFICERS = "item_onsite_officers"
    WAITS_FOR_NOTHING = "item_waits_for_nothing"
    NOT_IN_OFFICE_HOURS = "item_not_in_office_hours"
    PROXY_ACT_REPEATED = "item_proxy_act_repeated"
    NOTHING_FOR_AN_AGENT = "item_nothing_for_an_agent"
    NO_KEYWORDS = "item_no_keywords"
    WORD_SHORT = "item_word_short"
    WORD_REPEATED = "item_word_repeated"
    NO_SYNONYM = "item_no_synonym"

    NOT_ASKED = "answer_not_asked"
    NOT_ANSWERED = "answer_missing"
    NOT_AN_ANSWER = "answer_not_an_option"
    NOT_ASKED_NOW = "answer_not_asked_now"
    NOT_ANSWERED_HERE = "answer_is_a_file"
    TOO_MUCH = "answers_too_long"
    NOT_TEXT = "answer_not_text"
    TOO_LONG = "answer_too_long"
    TOO_SHORT = "answer_too_short"
    NOT_DIGITS = "answer_not_digits"
    NOT_LETTERS_DIGITS = "answer_not_letters_digits"
    NOT_A_POSTCODE = "answer_not_a_postcode"
    NOT_A_PROJECT_CODE = "answer_not_a_project_code"
    NOT_A_VIN = "answer_not_a_vin"
    NOT_A_NUMBER = "answer_not_a_number"
    DECIMALS = "answer_decimals"
    TOO_SMALL = "answer_too_small"
    TOO_LARGE = "answer_too_large"
    NOT_A_DATE = "answer_not_a_date"
    TOO_EARLY = "answer_too_early"
    TOO_LATE = "answer_too_late"
    NOT_A_PHONE = "answer_not_a_phone"
    NOT_AN_EMAIL = "answer_not_an_email"
    NOT_A_PLATE = "answer_not_a_plate"
    NO_SUCH_DISTRICT = "answer_no_such_district"
    NOT_PARTS = "answer_not_parts"
    NO_SUCH_PART = "answer_no_such_part"
    NO_SUCH_KIND = "answer_no_such_kind"


FAULT_TEXTS: dict[str, tuple[str, str]] = {
    ItemFault.BLANK: ("不能为空。", "This must not be blank."),
    ItemFault.BAD_CODE: ("编码只用小写字母、数字和连字符。", "A code is made of a-z, 0-9 and hyphens."),
    ItemFault.PARENT: (
        "只有最小业务办理项可以发布，上级事项不能申办。",
        "Only smallest items are published; a parent item cannot be filed.",
    ),
    ItemFault.VAGUE: (
        "含有模糊或兜底的说法“{phrase}”，请写明具体内容。",
        'The wording "{phrase}" is vague or a catch-all: say exactly what is meant.',
    ),
    ItemFault.ID_REPEATED: ("编号重复。", "The id is used twice."),
    ItemFault.NO_LEGAL_BASIS: ("缺少设定依据。", "The legal basis is missing."),
    ItemFault.NO_SUCH_DEPARTMENT: ("没有这个部门。", "There is no such department."),
    ItemFault.NO_RULE_PACK: ("生效日没有这个规则包。", "No such rule pack is in force on the day of effect."),
    ItemFault.UNKNOWN_RISK: (
        "规则包里没有这个风险类别；没有特别风险的写 ordinary。",
        "The rule pack has no such class of risk; write ordinary where there is none.",
    ),
    ItemFault.RISK_EXCLUDED: (
        "这一风险类别（{risk}）不适用告知承诺，依据{basis}。",
        "Nothing may be promised in this class of risk ({risk}), by {basis}.",
    ),
    ItemFault.NOTHING_TO_PROMISE: (
        "没有可以承诺的材料，不能设为承诺后自动受理。",
        "Only a promise is accepted by itself, and none is offered.",
    ),
    ItemFault.ASKS_AT_ONCE: (
        "当场办结的事项不能要求提交材料。",
        "What is answered at once cannot ask for materials.",
    ),
    ItemFault.LIMIT_VALUE: ("时限至少为 1。", "A limit is at least 1."),
    ItemFault.LIMIT_UNIT: ("缺少时限单位。", "The limit's unit is missing."),
    ItemFault.PROMISED_TOO_LONG: (
        "承诺时限必须不超过法定时限，并且单位可以比较。",
        "The promised limit must surely end within the statutory one.",
    ),
    ItemFault.NO_STEPS: ("缺少环节时限。", "The steps and their limits are missing."),
    ItemFault.STEPS_TOO_LONG: (
        "各环节时限之和必须不超过承诺时限，并且单位可以比较。",
        "The steps' limits together must surely end within the promised one.",
    ),
    ItemFault.TEXT_HAS_OPTIONS: ("填写类问题没有选项。", "A question answered in writing has no options."),
    ItemFault.NO_CHOICE: ("至少要有两个不同的选项。", "A choice has at least two different options."),
    ItemFault.NO_CONDITIONS: ("缺少办理条件。", "The conditions are missing."),
    ItemFault.CONDITION_WITHOUT_MATERIAL: (
        "每个条件要对应它所代替的材料。",
        "Each condition names the material that it stands for.",
    ),
    ItemFault.SHARED_YET_ASKED: (
        "能共享取得的，既不要求证明也不要求承诺。",
        "What the office can get itself is neither asked for nor promised.",
    ),
    ItemFault.NO_SUCH_QUESTION: ("没有这个问题。", "There is no such question."),
    ItemFault.LATER_QUESTION: (
        "只能取决于前面的问题。",
        "A question can depend only on one that is asked before it.",
    ),
    ItemFault.ENGLISH_MISSING: (
        "事项有英文名称，这里也要有英文。",
        "The item has an English name, so this needs English words too.",
    ),
    ItemFault.CHECK_NOT_OF_KIND: ("这一类问题没有这项校验。", "Answers of this kind have no such check."),
    ItemFault.CHECK_NOT_A_NUMBER: ("应为十进制数字，例如 0.5。", "This should be a decimal number, such as 0.5."),
    ItemFault.CHECK_REVERSED: ("不得小于下限。", "This must not be below the lower bound."),
    ItemFault.CHECK_TOO_LONG: (
        "这一类问题的回答最多 {longest} 个字。",
        "Answers of this kind have at most {longest} characters.",
    ),
    ItemFault.NO_SUCH_PATTERN: ("没有这个格式名称。", "There is no pattern of this name."),
    ItemFault.NO_EARLIER_DATE: (
        "应为前面一个日期类问题的编号。",
        "This should be the id of an earlier question for a date.",
    ),
    ItemFault.FILE_WITHOUT_BASIS: (
        "必须提交的文件要写进材料清单，并写明依据；这里只能是选填。",
        "A file that must be handed in is a material with its article; a question can only offer to take one.",
    ),
    ItemFault.PERSON_NOT_SENSITIVE: (
        "个人的姓名和证件号码是敏感信息，要标为敏感（个人信息保护法第28条）。",
        "A person's name and number are sensitive (Personal Information Protection Law, article 28).",
    ),
    ItemFault.SENSITIVE_CONDITION: (
        "条件会公开写出，不能引用敏感的或者不在证据中显示的回答。",
        "A condition is read by everybody, so it cannot quote an answer that is not open.",
    ),
    ItemFault.DEPENDS_ON_SENSITIVE: (
        "问什么、要什么材料人人看得到，不能取决于敏感的或者不在证据中显示的回答。",
        "Everybody sees what was asked and what is needed, so it cannot depend on an answer that is not open.",
    ),
    ItemFault.KNOWN_NOT_OF_KIND: (
        "这一类问题不能从这个来源预填。",
        "A question of this kind cannot be filled in from there.",
    ),
    ItemFault.WAYS: (
        "取得方式只能是：提交；承诺与提交任选；或者只由部门共享取得。",
        "A material is handed in, or promised or handed in as the applicant likes, or got by sharing alone.",
    ),
    ItemFault.MATERIAL_WITHOUT_CONDITION: (
        "可以承诺代替的材料，要写明承诺的条件。",
        "What may be promised needs a condition that says what is promised.",
    ),
    ItemFault.DEPENDS_ON_NO_CHOICE: (
        "情形条件要对应一个必答的选择题。",
        "Only a choice that must be made can be depended on.",
    ),
    ItemFault.NO_SUCH_OPTION: ("问题没有这个选项。", "The question has no such option."),
    ItemFault.OFFICERS: ("核查人员是一人或两人。", "One officer verifies, or two."),
    ItemFault.ONSITE_OFFICERS: (
        "实地核实实质内容要两名以上工作人员（行政许可法第34条）。",
        "Checking substance on site takes two officers (Administrative Licensing Law, article 34).",
    ),
    ItemFault.LATER_NOT_HANDED_IN: (
        "只有承诺办理时仍要交的材料，才可以容缺后补。",
        "Only what somebody who promises still has to hand in can be brought later.",
    ),
    ItemFault.LATER_UNIT: ("容缺后补的期限按工作日算。", "The time to bring it later is in working days."),
    ItemFault.WAITS_FOR_NOTHING: (
        "不允许再次承诺的，没有等待期。",
        "Where no second promise is allowed there is nothing to wait for.",
    ),
    ItemFault.NOT_IN_OFFICE_HOURS: (
        "等待期不是办理时限，不按办公小时算。",
        "A wait is no time of the office's, and does not run in office hours.",
    ),
    ItemFault.PROXY_ACT_REPEATED: ("可代为办理的事务重复。", "The act is there twice."),
    ItemFault.NOTHING_FOR_AN_AGENT: (
        "没有可以承诺的材料，就没有可以代为撤回的承诺，也没有针对承诺的陈述申辩。",
        "Where nothing can be promised there is no promise to withdraw, and none to defend.",
    ),
    ItemFault.NO_KEYWORDS: (
        "缺少关键词：群众会用什么词来找这件事？",
        "The keywords are missing: in which words will people ask for it?",
    ),
    ItemFault.WORD_SHORT: (
        "关键词至少两个字，不然什么都会找到它。",
        "A keyword has at least two characters, or everything finds it.",
    ),
    ItemFault.WORD_REPEATED: ("这个词已经写过。", "This word is there already."),
    ItemFault.NO_SYNONYM: (
        "一组同义词至少要有两个词。",
        "A group of synonyms has at least two words.",
    ),
    ItemFault.NOT_ASKED: ("本事项没有这个问题。", "The item asks no such question."),
    ItemFault.NOT_ANSWERED: ("请回答这个问题。", "Please answer this question."),
    ItemFault.NOT_AN_ANSWER: ("请从给出的选项中选择。", "Choose one of the options."),
    ItemFault.NOT_ASKED_NOW: (
        "按您前面的回答，这一项不用填，请删去。",
        "By your answers before, this is not asked: leave it out.",
    ),
    ItemFault.NOT_ANSWERED_HERE: (
        "这一项要交文件：先生成草稿，再在材料清单里上传。",
        "This is answered with a file: make the draft first, then upload it with the materials.",
    ),
    ItemFault.TOO_MUCH: (
        "所有回答合起来最多 {longest} 个字，请写得简短一些。",
        "All answers together have at most {longest} characters: please be brief.",
    ),
    ItemFault.NOT_TEXT: ("应为文字。", "This should be text."),
    ItemFault.TOO_LONG: (
        "最多 {longest} 个字，现在是 {length} 个字。",
        "At most {longest} characters; this has {length}.",
    ),
    ItemFault.TOO_SHORT: ("至少 {shortest} 个字。", "At least {shortest} characters."),
    ItemFault.NOT_DIGITS: ("只填数字。", "Digits only."),
    ItemFault.NOT_LETTERS_DIGITS: ("只填字母和数字。", "Letters and digits only."),
    ItemFault.NOT_A_POSTCODE: ("邮政编码是6位数字。", "A postcode has six digits."),
    ItemFault.NOT_A_PROJECT_CODE: (
        "项目代码像 2609-330782-04-01-123456，一共24位数字。",
        "A project code looks like 2609-330782-04-01-123456.",
    ),
    ItemFault.NOT_A_VIN: (
        "车辆识别代号是17位大写字母和数字，没有字母I、O、Q（GB 16735）。",
        "A vehicle identification number has 17 capitals and digits, none of I, O and Q (GB 16735).",
    ),
    ItemFault.NOT_A_NUMBER: ("请填数字，例如 12 或者 12.5。", "This should be a number, such as 12 or 12.5."),
    ItemFault.DECIMALS: ("最多 {decimals} 位小数。", "At most {decimals} decimal places."),
    ItemFault.TOO_SMALL: ("不得小于 {least}。", "This should be {least} at least."),
    ItemFault.TOO_LARGE: ("不得大于 {most}。", "This should be {most} at most."),
    ItemFault.NOT_A_DATE: (
        "请填 1900 至 2199 年的日期，例如 2026-12-01 或者 2026年12月1日。",
        "This should be a day from 1900 to 2199, such as 2026-12-01.",
    ),
    ItemFault.TOO_EARLY: ("不得早于 {earliest}。", "This must not be before {earliest}."),
    ItemFault.TOO_LATE: ("不得晚于 {latest}。", "This must not be after {latest}."),
    ItemFault.NOT_A_PHONE: (
        "这个电话号码打不通：手机号码是11位，固定电话要加区号，国外的号码前面加 + 和国家代码。只填一个号码。",
        "Nobody can be called by this. A mobile number has 11 digits, a landline an area code.",
    ),
    ItemFault.NOT_AN_EMAIL: (
        "电子邮箱的写法不对，应当像 name@example.cn。",
        "This is no e-mail address; one looks like name@example.cn.",
    ),
    ItemFault.NOT_A_PLATE: (
        "车牌号的写法不对：省份简称、一个字母，再加5位（新能源6位）字母或数字，没有字母I和O。例如 浙A12345。",
        "This is no plate number: province, letter, then 5 letters or digits, 6 for new energy; no I or O.",
    ),
    ItemFault.NO_SUCH_DISTRICT: (
        "请选择所在的区、县（6位行政区划代码）。",
        "Choose the district (six digits by GB/T 2260).",
    ),
    ItemFault.NOT_PARTS: (
        "这一项要分开填写：{parts}。",
        "This is answered in parts: {parts}.",
    ),
    ItemFault.NO_SUCH_PART: ("没有这一部分。", "There is no such part."),
    ItemFault.NO_SUCH_KIND: (
        "没有这种证件：应为 resident_id、residence_permit 或 passport。",
        "There is no such document: this is resident_id, residence_permit or passport.",
    ),
}
"""The text for each kind, Chinese first; ``{blanks}`` are filled in from the fault."""


def fault(pointer: str, kind: ItemFault, **blanks: str) -> FieldError:
    """Return a fault with its Chinese text, and its code and blanks for the texts in other languages."""
    return FieldError(
        pointer=pointer,
        detail=FAULT_TEXTS[kind][0].format_map(blanks),
        code=kind.value,
        blanks=blanks,
    )
