"""Step 20: an agent without authority is refused, is authorised by the principal, files, and is shut out again."""

from datetime import datetime, timedelta

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import service_now, today
from infra.local.demo.filing import drafted, file, is_promise_open
from infra.local.demo.person import Answer, Person
from infra.local.demo.town import Drafted, Town
from infra.local.identity import personas
from infra.local.sample_answers import sample_answers

ITEM = "plate-replacement"
ACTS = ["file", "promise"]


def an_agent_acts_on_an_authority(town: Town) -> None:
    """20. No authority, no draft; then item, acts and days as the principal says, and not a step further."""
    agent, principal = town.who("agent"), town.who("applicant2")
    _draft(agent, "x").is_refused(422, "AUTHORITY_REQUIRED")
    narration.fact("没有授权,不能起草,也看不到委托人的任何信息", "no authority, no draft, and nothing is told")

    authority = _given(town)
    filed = file(agent, _drafted(agent, authority), signed_by=town.agents_pen).is_done(201).body
    case_no = filed["case_no"]
    expect("who acts (代办人)", filed["agent"], {"name": "孙*", "authority": authority})
    expect("the principal's credit as an agent sees it (代办人看到的信用)", filed["credit"], None)
    narration.fact(
        f"委托人授权之后,代办人签名提交,办件 {case_no}", "authorised by the principal, the agent signs and files"
    )

    case = f"/v1/cases/{case_no}"
    taken_back = agent.post(f"{case}/commitment/withdrawal", {"reason": "委托人没有让我撤回。"})
    taken_back.is_refused(422, "AUTHORITY_REQUIRED")
    narration.fact("授权没有写明的,代办人不能办", "what the authority does not say is not the agent's to do")

    agent.get(case).is_done(200)
    looks = principal.every("/v1/me/credit/queries")
    told = {look["fields"][0] for look in looks if (look["purpose"], look["case_no"]) == ("agency", case_no)}
    expect("what the principal reads of the agent (本人看到的查询)", told, {"filing", "case"})
    narration.fact("代办人每看一次,委托人都查得到", "the principal reads each look of the agent")

    principal.post(f"/v1/authorities/{authority}/end", {}).is_done(200)
    agent.get(case).is_refused(422, "AUTHORITY_REQUIRED")
    held = the_one("the authority (授权)", agent.every("/v1/authorities"), id=authority)
    expect("how it stands (授权状态)", held["state"], "ended")
    principal.post(f"{case}/commitment/withdrawal", {"reason": "改为提交旧车牌。"}).is_done(200)
    narration.fact("委托人随时终止,代办人马上看不到;委托人自己继续办", "ended at once; the principal goes on alone")


def _draft(agent: Person, authority: str) -> Answer:
    filled_in = sample_answers(ITEM, on=today())
    body = {"item_code": ITEM, "answers": filled_in, "way": "commitment", "on_behalf_of": {"authority": authority}}
    return agent.post("/v1/drafts", body)


def _drafted(agent: Person, authority: str) -> Drafted:
    answer = _draft(agent, authority).is_done(201)
    is_promise_open(answer)
    return drafted(answer)


def _given(town: Town) -> str:
    """Let the second applicant authorise the agent for this item and a month; return the authority's id."""
    last = datetime.fromisoformat(service_now()) + timedelta(days=30)
    named = personas()["agent"]["claims"]["subject"]
    grant = {"agent": named, "items": [ITEM], "acts": ACTS, "until": last.date().isoformat()}
    given = town.who("applicant2").post("/v1/authorities", grant).is_done(201).body
    expect("the authority (授权)", (given["state"], given["items"], given["acts"]), ("in_force", [ITEM], ACTS))
    return str(given["id"])
