"""The story, step by step; the first step that is not as it should be ends it."""

import json
import sys
from collections.abc import Callable

from infra.local.demo import (
    agents,
    breach,
    desks,
    documents,
    files,
    first_pages,
    inspection,
    law,
    lists,
    narration,
    promise,
    redress,
    subscribers,
    supervision,
)
from infra.local.demo.checks import NotAsItShouldBeError
from infra.local.demo.clocks import set_clock_to_now, today
from infra.local.demo.town import Town
from infra.local.deployment import base_url
from infra.local.place import STATE
from infra.local.sample_answers import sample_answers

Deed = Callable[[Town], None]

STEPS: tuple[tuple[str, str, tuple[Deed, ...]], ...] = (
    (
        "读事项、起草、签名、提交:当场受理,3 个工作日,逐日说明",
        "a promise is filed and accepted at once, with a clock of 3 working days",
        (promise.a_promise_is_filed,),
    ),
    (
        "重复提交还是同一个办件;改动一个字符就被拒绝",
        "filing again changes nothing; one changed character is refused",
        (promise.filing_again_changes_nothing,),
    ),
    (
        "黄灯、红灯、逐级督办,迟办说明原因,承诺属实计入守诺",
        "yellow, red, escalation; a late decision with its reason; a kept promise counts",
        (promise.nobody_acts_in_time, promise.the_office_answers_and_delivers),
    ),
    (
        "虚假承诺:两人核查、申辩期限自送达起算、先整改后撤销、第二人确认惩戒",
        "a false promise: two officers, a hearing that runs from its receipt, the order of the rules, a second person",
        (
            breach.a_promise_is_found_untrue,
            subscribers.a_department_subscribes,
            breach.a_flag_takes_two_people_and_a_hearing,
        ),
    ),
    (
        "其他部门:收到签名推送并签收;查询信用,相关事项受限,无关事项不受影响",
        "others are told and answer; they ask: refused where related, nothing elsewhere",
        (subscribers.the_flag_is_told_and_answered, breach.others_ask_and_the_promise_is_closed),
    ),
    (
        "核对之后、提交之前生效的惩戒,拦住提交",
        "a flag that lands between check and filing stops the filing",
        (breach.a_flag_in_between_stops_the_filing,),
    ),
    (
        "纪检人员凭授权查阅,范围外查无此件,查阅留痕",
        "inspectors read under a mandate; every reading is on record",
        (inspection.inspectors_read_within_a_mandate,),
    ),
    (
        "绕过服务改动一个事件:读的时候指出是哪一个、为什么",
        "an event altered behind the service's back is found",
        (inspection.an_altered_event_is_found,),
    ),
    (
        "解除惩戒,承诺重新开放;其他部门收到解除并签收",
        "lifting the flag opens the promise again; others are told and answer",
        (breach.the_flag_is_lifted, subscribers.the_lifting_is_told_and_answered),
    ),
    (
        "载入 2027 年工作日历:先试算,再载入,到期日变动留痕",
        "a calendar edition: a dry run, then loaded; dates that move say from where, to where and why",
        (supervision.a_calendar_edition_is_loaded,),
    ),
    (
        "发牌:更正期满由人发,说明、申诉、撤牌",
        "a card: given by a person after the correction window, answered, appealed, withdrawn",
        (supervision.a_card_is_given_and_appealed,),
    ),
    (
        "找茬:转部门、认领、限时答复、本人看到并评价;不登录的凭查询码",
        "a suggestion: routed, taken, answered in time, read and rated; without a login by a code",
        (supervision.a_complaint_is_answered, supervision.a_complaint_from_the_street_is_answered),
    ),
    (
        "预警每日汇总:一天一份,红灯不等",
        "warnings told once a day: one digest a day, and red ones never wait",
        (desks.warnings_are_told_once_a_day,),
    ),
    (
        "效能统计:逐日相加等于总数,快慢与质量并列",
        "the figures: days add up, and speed stands beside quality",
        (desks.the_figures_are_told,),
    ),
    (
        "异议:一人录入不限制任何人;标注当即可见,答复有期限,不属于本人的记录撤回",
        "one officer alone bars nobody; an objection: marked at once, answered in time, what is somebody else's goes",
        (redress.one_officer_bars_nobody, redress.an_objection_is_heard),
    ),
    (
        "信用修复:只交承诺,证明代查,一次修复处处终止",
        "a repair: a promise is all, and one approval ends everything everywhere",
        (redress.a_repair_undoes_everything,),
    ),
    (
        "依据文书被撤销:建立在它之上的一并解除,受影响办件逐件列出",
        "a basis document falls: all that stood on it goes, and each case it touched is listed",
        (redress.a_basis_document_falls,),
    ),
    (
        "批量导入:分步续传,错行逐行说明,重复导入不变",
        "a file of records: taken in steps, refused lines with their reasons, and twice is once",
        (files.a_source_hands_in_a_file,),
    ),
    (
        "载入新版惩戒措施清单:先试算,再载入;失去依据的惩戒当日中止,两人方可恢复",
        "a new edition of the list: a dry run, then loaded; a flag without ground is suspended, two persons resume it",
        (lists.a_new_list_takes_the_ground_from_a_flag,),
    ),
    (
        "代办:没有授权不能办;委托人授权后签名提交;查看留痕,随时终止",
        "an agent: refused without authority, then authorised, and files; each look is told; it ends at once",
        (agents.an_agent_acts_on_an_authority,),
    ),
    (
        "填写、签名、交照片,经办人看到;补正以短信和邮件告知并补交;决定书是 PDF,人人可核验",
        "filled in, signed, photographed, seen; more asked for by SMS and e-mail; decided in a PDF anybody checks",
        (
            documents.a_photograph_is_handed_in_and_seen,
            documents.a_correction_is_told_and_answered,
            documents.the_decision_is_read_as_a_pdf,
        ),
    ),
    (
        "撤销决定经复议被撤销:原决定恢复效力,承诺重新核查",
        "a revocation that falls on review: the decision stands again, its promise to be verified anew",
        (law.a_revocation_falls,),
    ),
    (
        "在办事项终止办理:补正期满之前不行,期满由科长作出,写明救济",
        "a case in hand is terminated: not before the time to correct is over, and with the remedies named",
        (law.a_case_in_hand_is_terminated,),
    ),
    (
        "违诺关闭同一事项的下一次承诺,整改后信用修复,当即重新开放",
        "a broken promise closes the next on its item; once put right, a repair opens it at once",
        (law.a_broken_promise_is_repaired,),
    ),
)


def walk() -> None:
    """Walk through the whole story, and leave the clock at the real time and no key behind, however it ends."""
    town = Town()
    try:
        print("准备:解除上一次没有走完的演示留下的惩戒标识 · clearing the way", flush=True)
        breach.earlier_flags_are_lifted(town)
        breach.earlier_promises_are_open(town)
        lists.the_list_is_whole(town)
        for number, (chinese, english, deeds) in enumerate(STEPS, start=1):
            narration.step(number, chinese, english)
            for deed in deeds:
                deed(town)
    except NotAsItShouldBeError as error:
        sys.exit(f"\n  ✗ 不如所料 · Not as it should be: {error}\n")
    finally:
        print("\n收尾:吊销演示密钥,时钟拨回现在 · revoking the keys, setting the clock to now", flush=True)
        try:
            town.put_pens_away()
        finally:
            set_clock_to_now()
    _say_what_to_try_next(town)
    narration.write_page(STATE / "demo.md")


def _say_what_to_try_next(town: Town) -> None:
    url = base_url()
    filled_in = sample_answers("plate-replacement", on=today())
    wish = json.dumps({"item_code": "plate-replacement", "answers": filled_in, "way": "commitment"}, ensure_ascii=False)
    narration.end(len(STEPS))
    print(f"""
接口地址 The API:  {url}
口令 A token:      make token AS=applicant   (make personas 列出所有人 lists everybody)
门户 The portal:   {url}/   不登录也能查事项 · anybody finds items there without a login

  curl -s '{url}/v1/items?q=%E8%BD%A6%E7%89%8C'
  curl -s -H "Authorization: Bearer $(make token AS=applicant)" {url}/v1/cases/{town.plate_case}
  curl -s -H "Authorization: Bearer $(make token AS=applicant)" {url}/v1/cases/{town.plate_case}/timeline
  curl -s -H "Authorization: Bearer $(make token AS=applicant)" {url}/v1/me/credit
  curl -s -H "Authorization: Bearer $(make token AS=company)" {url}/v1/me/credit/queries
  curl -s -H "Authorization: Bearer $(make token AS=head.traffic)" {url}/v1/supervision/alerts
  curl -s -H "Authorization: Bearer $(make token AS=applicant)" -H 'Content-Type: application/json' \\
    -d '{wish}' {url}/v1/drafts
  curl -s {url}/openapi.json""")
    first_pages.tell(url)
