"""Step 21: a photograph goes to the bucket, is looked at, handed in, opened by the officer, and offered again."""

import hashlib
import struct
import urllib.request
import zlib
from typing import Any

from infra.local.demo import narration
from infra.local.demo.checks import expect, the_one
from infra.local.demo.clocks import wait_for
from infra.local.demo.filing import draft
from infra.local.demo.person import Person
from infra.local.demo.town import Town

ITEM, MATERIAL = "plate-replacement", "old-plate"
PATIENCE_SECONDS = 30


def a_photograph_is_handed_in_and_seen(town: Town) -> None:
    """21. Uploaded, looked at, handed in; one more is asked for and added; each look is on record."""
    applicant, officer = town.who("applicant"), town.who("officer.traffic")
    draft_id = draft(applicant, ITEM, way="certificate").body["draft_id"]
    front, back = a_picture(b"\xff\x00\x00"), a_picture(b"\x00\x00\xff")
    photo = upload(applicant, front, name="旧车牌.png", draft_id=draft_id)
    narration.fact(
        "照片由浏览器直接传到存储桶,内容检查通过", "the photograph goes straight to the bucket, and is clean"
    )

    body = {"draft_id": draft_id, "confirmed": [], "materials": [{"id": MATERIAL, "document": photo}]}
    case = applicant.post("/v1/cases", body).is_done(201).body
    path = f"/v1/cases/{case['case_no']}"
    expect("the digest in the case (材料指纹)", case["materials"][0]["sha256"], hashlib.sha256(front).hexdigest())
    narration.fact("按文件编号提交,时间线记下指纹", "handed in by its id; the timeline proves which it was")

    expect("what the officer sees (经办人看到的)", look(officer, photo), front)
    town.who("officer.market").post(f"/v1/documents/{photo}/view", {}).is_refused(403, "FORBIDDEN")
    events = applicant.get(f"{path}/timeline").is_done(200).body["items"]
    the_one("the look on the timeline (查看记录)", events, kind="case:document_seen")
    narration.fact("经办人看一分钟,每次查看申请人都读得到,别的部门打不开", "a look of a minute, on record; nobody else")

    version = officer.get(path).is_done(200).version
    demand = {"missing": [MATERIAL], "basis": "《机动车登记规定》第24条"}
    officer.post(f"{path}/corrections", demand, version=version).is_done(200)
    more = upload(applicant, back, name="旧车牌背面.png", case_no=case["case_no"])
    brought = [
        {"id": MATERIAL, "document": again(applicant, photo, case["case_no"])},
        {"id": MATERIAL, "document": more},
    ]
    answered = applicant.post(f"{path}/corrections/1/answer", {"materials": brought, "text": ""}).is_done(200).body
    expect("documents of the material (材料文件数)", len(answered["materials"]), 2)
    narration.fact("要求补一张,以前交过的勾选就行,再补一张", "one more is asked for: the first by a tick, and a second")


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
    view = person.post(f"/v1/documents/{document}/view", {}).is_done(200).body
    with urllib.request.urlopen(view["url"], timeout=PATIENCE_SECONDS) as shown:  # noqa: S310 - as above
        content: bytes = shown.read()
        return content


def a_picture(colour: bytes, *, side: int = 64) -> bytes:
    """Return a PNG of one colour, different each time by nothing but its colour."""

    def part(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = (b"\x00" + colour * side) * side
    head = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
