"""Step 21: what is filled in, photographed, told, added and decided, from the form to a PDF that anybody can check."""

import hashlib
import struct
import urllib.request
import zlib
from typing import Any

from infra.local.demo import narration, told
from infra.local.demo.checks import expect, expect_part, the_one
from infra.local.demo.clocks import wait_for
from infra.local.demo.filing import draft, drafted, file, is_promise_open
from infra.local.demo.person import Passerby, Person
from infra.local.demo.town import Town
from infra.local.messages import sent

ITEM, MATERIAL = "road-occupation", "site-plan"
PATIENCE_SECONDS = 30


def a_photograph_is_handed_in_and_seen(town: Town) -> None:
    """21. Filled in, signed, filed with a photograph that went straight to the bucket; the officer sees all of it."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    answer = draft(applicant, ITEM)
    is_promise_open(answer)
    what = drafted(answer)
    picture = a_picture(b"\xff\x00\x00")
    photo = upload(applicant, picture, name="平面图.png", draft_id=what.draft_id)
    narration.fact(
        "照片由浏览器直接传到存储桶,内容检查通过", "the photograph goes straight to the bucket, and is clean"
    )

    materials = [{"id": MATERIAL, "document": photo}]
    case = file(applicant, what, signed_by=town.applicants_pen, materials=materials).is_done(201).body
    town.road_case, town.photo = case["case_no"], photo
    path = f"/v1/cases/{town.road_case}"
    expect("the digest in the case (材料指纹)", case["materials"][0]["sha256"], hashlib.sha256(picture).hexdigest())
    narration.fact("填写、签名,照片按文件编号提交,时间线记下指纹", "filled in, signed, and handed in by its id")

    desk = officer.handles(path).is_done(200).body
    expect("the answers as the officer reads them (经办人看到的填写内容)", desk["answers"], answer.body["answers"])
    for field in desk["answers"]:
        narration.note(f"{field['label']} · {field['label_en']}: {field['words']}")
    expect("what the officer sees (经办人看到的)", look(officer, photo), picture)
    town.who("officer.market").post(f"/v1/documents/{photo}/view", {}).is_refused(403, "FORBIDDEN")
    events = applicant.get(f"{path}/timeline").is_done(200).body["items"]
    read = the_one("the reading on the timeline (查阅办件)", events, kind="case:seen")
    expect("for what the officer read the case (查阅目的)", read["data"], {"purpose": "handling"})
    the_one("the look on the timeline (查看记录)", events, kind="case:document_seen")
    narration.fact(
        "经办人看到每一项和照片;每次查看申请人都读得到,别的部门打不开",
        "the officer sees it all; each look is on record",
    )


def a_correction_is_told_and_answered(town: Town) -> None:
    """21, continued. One more is asked for, told by SMS and e-mail with a proof of delivery, and added."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    path = f"/v1/cases/{town.road_case}"
    told.gives_contacts(applicant)
    before, version = len(sent()), officer.handles(path).is_done(200).version
    demand = {"missing": [MATERIAL], "basis": "《城市道路管理条例》第31条"}
    officer.post(f"{path}/corrections", demand, version=version).is_done(200)
    for channel in told.CHANNELS:
        expect_part("the link (链接)", told.is_told(channel, since=before, part="补正"), f"cases/{town.road_case}")
    proof = wait_for("the proof of delivery (送达凭证)", lambda: _receipt(applicant, path))
    expect("which proof (凭证)", proof["data"]["proof"], "sms_received")
    messages = officer.get(f"{path}/messages").is_done(200).body["items"]
    asked = the_one("the message on the desk (工作台上的消息)", messages, kind="correction_asked")
    states = {one["channel"]: one["state"] for one in asked["deliveries"]}
    expect("what became of it (发送情况)", (states["sms"], states["email"]), ("received", "sent"))
    narration.fact(
        "补正以短信和邮件告知,短信回执就是送达凭证", "told by SMS and e-mail; the SMS receipt proves it arrived"
    )

    more = upload(applicant, a_picture(b"\x00\x00\xff"), name="平面图背面.png", case_no=town.road_case)
    brought = [
        {"id": MATERIAL, "document": again(applicant, town.photo, town.road_case)},
        {"id": MATERIAL, "document": more},
    ]
    answered = applicant.post(f"{path}/corrections/1/answer", {"materials": brought, "text": ""}).is_done(200).body
    expect("documents of the material (材料文件数)", len(answered["materials"]), 2)
    narration.fact("以前交过的勾选就行,再补一张", "the first by a tick, and a second")


def the_decision_is_read_as_a_pdf(town: Town) -> None:
    """21, continued. Accepted and granted; the decision is a PDF whose digest anybody can check."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    path = f"/v1/cases/{town.road_case}"
    version = officer.handles(path).is_done(200).version
    accepted = officer.post(f"{path}/acceptance", {"accepted": True}, version=version).is_done(200)
    decision = {
        "outcome": "granted",
        "document_no": f"交占〔2027〕{town.road_case[-6:]}号",
        "reasons": "符合占道条件。",
    }
    officer.post(f"{path}/decision", decision, version=accepted.version).is_done(200)

    issued = wait_for("the decision as a document (决定书)", lambda: _decision(applicant, town.road_case))
    given = applicant.post(f"/v1/issued-documents/{issued['id']}/download", {}).is_done(200).body
    expect("how long the address is good (链接有效秒数)", given["seconds"], 60)
    content = _fetched(given["url"])
    expect("how a PDF begins (PDF 文件头)", content[:5], b"%PDF-")
    digest = hashlib.sha256(content).hexdigest()
    expect("the file's digest (文件指纹)", digest, issued["sha256"])
    narration.fact(f"{issued['title']},PDF,{len(content) // 1024} KB,下载即送达", "the decision is downloaded as a PDF")

    passerby = Passerby()
    known = passerby.get(f"/v1/document-checks/{digest}").is_done(200).body
    expect("what anybody learns of it (核验)", (known["kind"], known["standing"]), ("decision_granted", "in_force"))
    altered = hashlib.sha256(content + b"\n").hexdigest()
    passerby.get(f"/v1/document-checks/{altered}").is_refused(404, "NOT_FOUND")
    narration.fact(
        "不登录,凭文件指纹核验真伪;多一个字符就查无此件", "checked without a login; one more character is unknown"
    )


def upload(person: Person, content: bytes, *, name: str, **whose: str) -> str:
    """Ask for an address, put the file there, and wait until it has been looked at; return the document's id."""
    declared = {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    made = person.post("/v1/documents", {**whose, "material": MATERIAL, "name": name, **declared}).is_done(201).body
    where = made["upload"]
    request = urllib.request.Request(  # noqa: S310 - the address that the service has just given
        where["url"], data=content, headers=where["headers"], method=where["method"]
    )
    with urllib.request.urlopen(request, timeout=PATIENCE_SECONDS) as answer:  # noqa: S310 - as above
        expect("the bucket's answer (存储桶)", answer.status, 200)

    def is_settled() -> dict[str, Any] | None:
        found = person.get(f"/v1/documents/{made['id']}").is_done(200).body
        return found if found["state"] in {"clean", "refused"} else None

    settled = wait_for("the look at the document (文件检查)", is_settled)
    expect("the document (材料文件)", (settled["state"], settled["format"]), ("clean", "png"))
    return str(made["id"])


def again(person: Person, document: str, case_no: str) -> str:
    """Hand in again what was handed in before; return the copy's id."""
    kept = the_one(
        "what is still kept (以前交过的)", person.get("/v1/me/documents").is_done(200).body["items"], id=document
    )
    body = {"case_no": case_no, "material": MATERIAL, "documents": [kept["id"]]}
    return str(person.post("/v1/document-copies", body).is_done(200).body["items"][0]["id"])


def look(person: Person, document: str) -> bytes:
    """Open a document by its address of one minute, and return what it shows."""
    return _fetched(person.post(f"/v1/documents/{document}/view", {}).is_done(200).body["url"])


def _fetched(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=PATIENCE_SECONDS) as shown:  # noqa: S310 - the service has just given it
        content: bytes = shown.read()
        return content


def _receipt(person: Person, path: str) -> dict[str, Any] | None:
    events = person.get(f"{path}/timeline").is_done(200).body["items"]
    return next((event for event in events if event["kind"] == "case:notice_received"), None)


def _decision(person: Person, case_no: str) -> dict[str, Any] | None:
    issued = person.get(f"/v1/issued-documents?case_no={case_no}").is_done(200).body["items"]
    return next((one for one in issued if (one["kind"], one["state"]) == ("decision_granted", "issued")), None)


def a_picture(colour: bytes, *, side: int = 64) -> bytes:
    """Return a PNG of one colour, different each time by nothing but its colour."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\x00" + colour * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
