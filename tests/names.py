"""One name written in many ways, and names that look alike and are not one."""

PERSON = "买买提·艾力"
"""An ethnic name (少数民族姓名), with the dot of GB/T 15834."""

COMPANY = "义乌市示例（集团）发展有限公司（合成）"
"""A company's name as its licence has it, in full-width brackets."""

CITIZEN = "刘䶮华"
"""A name with a character that systems before Unicode kept in private use."""

FOREIGNER = "José Müller-Åberg"

DOTS = "•‧・∙⋅.․。｡･．●◦▪ꞏ˙·᛫⸱⸳ㆍ"
BRACKETS = (
    "()",
    "[]",
    "{}",
    "【】",
    "〔〕",
    "〈〉",
    "《》",
    "「」",
    "『』",
    "［］",
    "｛｝",
    "﹙﹚",
    "<>",
    "＜＞",
    "⟨⟩",
    "❨❩",
)
UNSEEN = {
    "an ideographic space": "\u3000",
    "a no-break space": "\u00a0",
    "a thin space": "\u2009",
    "a zero-width space": "\u200b",
    "a joiner": "\u200d",
    "a word joiner": "\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a mark of direction": "\u202c",
    "a filler": "\u3164",
    "a variation selector": "\ufe00",
    "a tab": "\t",
}

_BARE = COMPANY.replace("（", "{0}").replace("）", "{1}")

WAYS_TO_WRITE: tuple[tuple[str, str], ...] = (
    *((PERSON, PERSON.replace("·", dot)) for dot in DOTS),
    (PERSON, "买买提 · 艾力"),
    (PERSON, "买买提··艾力"),
    (PERSON, "买买提 艾力"),
    (PERSON, "买买提艾力"),
    (PERSON, "買買提·艾力"),
    *((COMPANY, _BARE.replace("{0}", pair[0]).replace("{1}", pair[1])) for pair in BRACKETS),
    *((COMPANY, COMPANY.replace("发展", f"发{mark}展")) for mark in UNSEEN.values()),
    (COMPANY, f" {COMPANY}\n"),
    (COMPANY, "義烏市示例（集團）發展有限公司（合成）"),
    (COMPANY, "義烏市示例(集團)發展有限公司(合成)"),
    (COMPANY, "义乌市示例（集团)发展有限公司(合成）"),
    (CITIZEN, "刘\ue863华"),
    (CITIZEN, "劉䶮華"),
    (CITIZEN, "刘\u4dae\U000e0101华"),
    (FOREIGNER, "JOSÉ MÜLLER-ÅBERG"),
    (FOREIGNER, "Jose\u0301 Mu\u0308ller-A\u030aberg"),
    (FOREIGNER, "ＪＯＳÉ ＭÜＬＬＥＲ－ÅＢＥＲＧ"),
    (FOREIGNER, "josémüller-\u212bberg"),
    ("O'Neil", "O’NEIL"),
    ("O'Neil", "OʼNeil"),
    ("O'Neil", "O\u00b4Neil"),
    ("Jean-Pierre", "Jean\u2011Pierre"),
    ("Jean-Pierre", "JEAN–PIERRE"),
    ("“小二”餐馆", '"小二"餐馆'),
    ("“小二”餐馆", "„小二”餐館"),
    ("金正", "\uf90a正"),
    ("黄国华", "黃國華"),
    ("葛城", "葛\U000e0100城"),
)
"""Pairs of a name and another way to write it."""

ONE_NAME_EACH: tuple[tuple[str, str], ...] = (
    ("李示例", "李示列"),
    ("于谦", "於谦"),
    ("王\ue000", "王\ue001"),
    ("王\ue000", "王"),
    ("买买提·艾力", "买买提·艾立"),
    ("买买提·艾力", "艾力·买买提"),
    ("义乌示例（集团）有限公司", "义乌示例集团有限公司"),
    ("义乌示例有限公司", "义乌示例股份有限公司"),
    ("José", "Jose"),
    ("后天", "候天"),
    ("王喆", "王哲"),
    ("李昇", "李升"),
    ("张堃", "张坤"),
    ("陆邨", "陆村"),
    ("宁采臣", "甯采臣"),
)
"""Pairs of names that are two."""
