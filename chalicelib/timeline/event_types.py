"""The closed list of event kinds, in the past tense, with their labels."""

from enum import StrEnum


class EventKind(StrEnum):
    """Kinds of events (事件): ``<what it is about>:<what happened>``."""

    ITEM_PUBLISHED = "item:published"
    ITEM_ABOLISHED = "item:abolished"

    STAFF_REGISTERED = "staff:registered"
    STAFF_CHANGED = "staff:changed"
    STAFF_ROLE_ENDED = "staff:role_ended"
    STAFF_ABSENT = "staff:absent"
    STAFF_BACK = "staff:back"

    CALENDAR_LOADED = "calendar:loaded"
    CALENDAR_MISSED = "calendar:missed"

    AUTHORITY_GIVEN = "authority:given"
    AUTHORITY_CLAIMED = "authority:claimed"
    AUTHORITY_CONFIRMED = "authority:confirmed"
    AUTHORITY_REFUSED = "authority:refused"
    AUTHORITY_ENDED = "authority:ended"

    CASE_FILED = "case:filed"
    CREDIT_AWAITED = "case:credit_awaited"
    IDENTITY_AWAITED = "case:identity_awaited"
    CREDIT_CHECKED = "case:credit_checked"
    COMMITMENT_SIGNED = "commitment:signed"
    COMMITMENT_REFUSED = "commitment:refused"
    COMMITMENT_WITHDRAWN = "commitment:withdrawn"
    MATERIALS_RECEIVED = "case:materials_received"
    CORRECTION_ASKED = "case:correction_asked"
    CORRECTION_ANSWERED = "case:correction_answered"
    BREACH_RECORDED = "case:breach_recorded"
    CASE_ACCEPTED = "case:accepted"
    CASE_DEEMED_ACCEPTED = "case:deemed_accepted"
    CASE_NOT_ACCEPTED = "case:not_accepted"
    CASE_PAUSED = "case:paused"
    CASE_RESUMED = "case:resumed"
    STEP_COMPLETED = "case:step_completed"
    LATER_MATERIAL_RECEIVED = "case:later_material_received"
    CASE_SUSPENDED = "case:suspended"
    SUSPENSION_ENDED = "case:suspension_ended"
    CASE_EXTENDED = "case:extended"
    CASE_DECIDED = "case:decided"
    CASE_DELIVERED = "case:delivered"
    CASE_REOPENED = "case:reopened"
    CASE_ASSIGNED = "case:assigned"
    CASE_SEEN = "case:seen"
    CASE_BARRED = "case:barred"
    CASE_BAR_ENDED = "case:bar_ended"
    TIMELINE_ALTERED = "case:timeline_altered"
    IDENTITY_SEEN = "case:identity_seen"
    DOCUMENT_SEEN = "case:document_seen"
    MATERIAL_REFUSED = "case:material_refused"
    MATERIAL_DELETED = "case:material_deleted"
    VERIFICATION_PROPOSED = "case:verification_proposed"
    CASE_VERIFIED = "case:verified"
    PROMISE_KEPT = "promise:kept"
    PROMISE_BROKEN = "promise:broken"
    DEFENCE_OPENED = "case:defence_opened"
    NOTICE_RECEIVED = "case:notice_received"
    STATEMENT_MADE = "case:statement_made"
    RECTIFICATION_ORDERED = "case:rectification_ordered"
    RECTIFICATION_REPORTED = "case:rectification_reported"
    RECTIFICATION_ENDED = "case:rectification_ended"
    CASE_REVOKED = "case:revoked"
    CASE_REINSTATED = "case:reinstated"
    CASE_TERMINATED = "case:terminated"
    APPLICATION_WITHDRAWN = "case:application_withdrawn"

    DOCUMENT_REQUESTED = "document:requested"
    DOCUMENT_RECEIVED = "document:received"
    DOCUMENT_CLEARED = "document:cleared"
    DOCUMENT_REFUSED = "document:refused"
    DOCUMENT_ISSUED = "document:issued"
    DOCUMENT_SERVED = "document:served"
    ISSUED_SEEN = "document:issued_seen"
    DOCUMENT_DELETED = "document:deleted"

    CLOCK_WARNED = "clock:warned"
    CLOCK_PASSED = "clock:passed"
    CLOCK_RECOUNTED = "clock:recounted"

    ALERT_RAISED = "alert:raised"
    ALERT_ACKNOWLEDGED = "alert:acknowledged"
    ALERT_WITHDRAWN = "alert:withdrawn"

    CARD_GIVEN = "card:given"
    CARD_ANSWERED = "card:answered"
    CARD_APPEALED = "card:appealed"
    CARD_UPHELD = "card:upheld"
    CARD_WITHDRAWN = "card:withdrawn"

    OUTAGE_RECORDED = "outage:recorded"
    OUTAGE_ENDED = "outage:ended"
    OUTAGE_WITHDRAWN = "outage:withdrawn"

    RATING_GIVEN = "rating:given"
    RATING_ANSWERED = "rating:answered"

    COMPLAINT_RECEIVED = "complaint:received"
    COMPLAINT_ROUTED = "complaint:routed"
    COMPLAINT_SORTED = "complaint:sorted"
    COMPLAINT_TAKEN = "complaint:taken"
    COMPLAINT_ANSWERED = "complaint:answered"
    COMPLAINT_RATED = "complaint:rated"

    RECORD_STORED = "record:stored"
    RECORDS_IMPORTED = "record:imported"
    IMPORT_REQUESTED = "import:requested"
    IMPORT_STARTED = "import:started"
    IMPORT_LINES_FAILED = "import:lines_failed"
    IMPORT_FINISHED = "import:finished"
    IMPORT_REFUSED = "import:refused"
    CONFLICT_OPENED = "conflict:opened"
    CONFLICT_DECIDED = "conflict:decided"
    NAME_LINKED = "credit:name_linked"
    NAME_UNLINKED = "credit:name_unlinked"
    NAME_CORRECTED = "credit:name_corrected"
    NAME_SET_APART = "credit:name_set_apart"
    SUBJECT_LINKED = "credit:subject_linked"
    SUBJECT_MET = "credit:subject_met"
    SUBJECT_UNLINKED = "credit:subject_unlinked"
    ALIAS_PROPOSED = "alias:proposed"
    ALIAS_CONFIRMED = "alias:confirmed"
    ALIAS_REVOKED = "alias:revoked"
    RECORD_SERVED = "record:served"
    RECORD_CONFIRMED = "record:confirmed"
    RECORD_DISPLAY_ENDED = "record:display_ended"
    RECORD_OBJECTED = "record:objected"
    RECORD_OBJECTION_ENDED = "record:objection_ended"
    RECORD_REPAIR_ASKED = "record:repair_asked"
    RECORD_REPAIR_REFUSED = "record:repair_refused"
    RECORD_REPAIRED = "record:repaired"
    RECORD_CORRECTED = "record:corrected"
    RECORD_WITHDRAWN = "record:withdrawn"
    DOCUMENT_FELL = "credit:document_fell"
    DOCUMENT_UNDONE = "credit:document_undone"
    SUMMARY_MENDED = "summary:mended"

    FLAG_PROPOSED = "flag:proposed"
    FLAG_SERVED = "flag:served"
    FLAG_ANSWERED = "flag:answered"
    FLAG_CONFIRMED = "flag:confirmed"
    FLAG_LIFTED = "flag:lifted"
    FLAG_ENDED = "flag:ended"
    FLAG_SUSPENDED = "flag:suspended"
    FLAG_RESUMPTION_ASKED = "flag:resumption_asked"
    FLAG_RESUMED = "flag:resumed"
    FLAG_OBJECTED = "flag:objected"
    FLAG_OBJECTION_ENDED = "flag:objection_ended"

    OBJECTION_MADE = "objection:made"
    OBJECTION_WITHDRAWN = "objection:withdrawn"
    OBJECTION_DECIDED = "objection:decided"
    REPAIR_ASKED = "repair:asked"
    REPAIR_DECIDED = "repair:decided"
    REPAIR_REOPENED = "repair:reopened"
    REVERSAL_RECORDED = "reversal:recorded"
    AMENDMENT_PROPOSED = "amendment:proposed"
    AMENDMENT_CONFIRMED = "amendment:confirmed"
    AMENDMENT_WITHDRAWN = "amendment:withdrawn"

    MEASURES_LOADED = "measures:loaded"

    FLAG_NOTICE_MADE = "flag_notice:made"
    FLAG_NOTICE_ACKNOWLEDGED = "flag_notice:acknowledged"
    INCIDENT_OPENED = "incident:opened"
    INCIDENT_CLOSED = "incident:closed"

    MANDATE_REQUESTED = "mandate:requested"
    MANDATE_APPROVED = "mandate:approved"
    MANDATE_READ = "mandate:read"
    MANDATE_EXCEEDED = "mandate:exceeded"
    MANDATE_AUDITED = "mandate:audited"


LOOKS = frozenset(
    {EventKind.CASE_SEEN, EventKind.IDENTITY_SEEN, EventKind.DOCUMENT_SEEN, EventKind.ISSUED_SEEN},
)
"""Officials' looks at a case (R7.15): a trace of reading, by which nothing was done in the case."""

LABELS: dict[EventKind, tuple[str, str]] = {
    EventKind.ITEM_PUBLISHED: ("事项发布", "Item published"),
    EventKind.ITEM_ABOLISHED: ("事项取消", "Item abolished"),
    EventKind.STAFF_REGISTERED: ("人员登记", "Staff registered"),
    EventKind.STAFF_CHANGED: ("人员信息变更", "Staff entry changed"),
    EventKind.STAFF_ROLE_ENDED: ("人员职责终止", "Staff role ended"),
    EventKind.STAFF_ABSENT: ("人员不在岗登记", "Absence recorded"),
    EventKind.STAFF_BACK: ("人员返岗", "Back from absence"),
    EventKind.CALENDAR_LOADED: ("工作日历载入", "Working calendar loaded"),
    EventKind.CALENDAR_MISSED: ("工作日历未载入", "Working calendar missing"),
    EventKind.AUTHORITY_GIVEN: ("委托授权", "Authority given"),
    EventKind.AUTHORITY_CLAIMED: ("申报委托授权", "Authority claimed"),
    EventKind.AUTHORITY_CONFIRMED: ("确认委托授权", "Authority confirmed"),
    EventKind.AUTHORITY_REFUSED: ("不予确认委托授权", "Authority not confirmed"),
    EventKind.AUTHORITY_ENDED: ("委托授权终止", "Authority ended"),
    EventKind.CASE_FILED: ("收件", "Case received"),
    EventKind.CREDIT_AWAITED: ("等待信用核对", "Waiting for the credit check"),
    EventKind.IDENTITY_AWAITED: ("等待身份信息核对", "Waiting for the check of number and name"),
    EventKind.CREDIT_CHECKED: ("信用核对完成", "Credit checked"),
    EventKind.COMMITMENT_SIGNED: ("承诺", "Commitment signed"),
    EventKind.COMMITMENT_REFUSED: ("不适用告知承诺", "Commitment not accepted"),
    EventKind.COMMITMENT_WITHDRAWN: ("撤回承诺", "Commitment withdrawn"),
    EventKind.MATERIALS_RECEIVED: ("补交材料", "Materials received"),
    EventKind.CORRECTION_ASKED: ("补正告知", "Correction asked"),
    EventKind.CORRECTION_ANSWERED: ("补正受理", "Correction answered"),
    EventKind.BREACH_RECORDED: ("违反一次性告知", "Breach of telling once"),
    EventKind.CASE_ACCEPTED: ("受理", "Accepted"),
    EventKind.CASE_DEEMED_ACCEPTED: ("视为受理", "Deemed accepted"),
    EventKind.CASE_NOT_ACCEPTED: ("不予受理", "Not accepted"),
    EventKind.CASE_PAUSED: ("特别程序开始", "Special procedure began"),
    EventKind.LATER_MATERIAL_RECEIVED: ("容缺材料补齐", "Material brought later received"),
    EventKind.STEP_COMPLETED: ("环节办结", "Step completed"),
    EventKind.CASE_RESUMED: ("特别程序结束", "Special procedure ended"),
    EventKind.CASE_SUSPENDED: ("中止办理", "Suspended"),
    EventKind.SUSPENSION_ENDED: ("恢复办理", "Suspension ended"),
    EventKind.CASE_EXTENDED: ("延期", "Extended"),
    EventKind.CASE_DECIDED: ("决定", "Decided"),
    EventKind.CASE_DELIVERED: ("送达办结", "Delivered and closed"),
    EventKind.CASE_REOPENED: ("重新办理", "Reopened"),
    EventKind.CASE_ASSIGNED: ("指定经办人", "Assigned to an officer"),
    EventKind.CASE_SEEN: ("查阅办件", "Case looked at"),
    EventKind.CASE_BARRED: ("办理期间出现失信惩戒或者严重失信记录", "A flag or a grave record landed while in hand"),
    EventKind.CASE_BAR_ENDED: ("上述惩戒或者记录不再有效", "That flag or record no longer bars"),
    EventKind.TIMELINE_ALTERED: (
        "时间线核对不符，转督办人员和纪检机构核查",
        "Timeline altered, told to supervision",
    ),
    EventKind.IDENTITY_SEEN: ("查看完整身份信息", "Full identity looked at"),
    EventKind.DOCUMENT_SEEN: ("查看材料文件", "Document looked at"),
    EventKind.MATERIAL_REFUSED: ("已交材料的文件未通过检查", "Document handed in did not pass its check"),
    EventKind.MATERIAL_DELETED: ("材料文件保存期满删除", "Document deleted, its time being over"),
    EventKind.VERIFICATION_PROPOSED: ("核查待复核", "Verification awaits a second officer"),
    EventKind.CASE_VERIFIED: ("核查结果", "Verified"),
    EventKind.PROMISE_KEPT: ("守诺记录", "Kept promise counted"),
    EventKind.PROMISE_BROKEN: ("违诺记录", "Broken promise recorded"),
    EventKind.DEFENCE_OPENED: ("陈述申辩告知", "Told of the right to state and defend"),
    EventKind.NOTICE_RECEIVED: ("告知送达", "Notice received"),
    EventKind.STATEMENT_MADE: ("陈述申辩", "Statement made"),
    EventKind.RECTIFICATION_ORDERED: ("责令限期整改", "Rectification ordered"),
    EventKind.RECTIFICATION_REPORTED: ("报告整改完成", "Rectification reported as done"),
    EventKind.RECTIFICATION_ENDED: ("整改结果", "Outcome of rectification"),
    EventKind.CASE_REVOKED: ("撤销决定", "Decision revoked"),
    EventKind.CASE_REINSTATED: ("撤销决定被撤销，原决定恢复", "Revocation fell, the decision stands again"),
    EventKind.CASE_TERMINATED: ("终止办理", "Ended without a decision"),
    EventKind.APPLICATION_WITHDRAWN: ("撤回申请", "Application withdrawn"),
    EventKind.DOCUMENT_REQUESTED: ("登记上传材料文件", "Upload of a document asked for"),
    EventKind.DOCUMENT_RECEIVED: ("收到材料文件", "Document received"),
    EventKind.DOCUMENT_CLEARED: ("材料文件检查通过", "Document found clean"),
    EventKind.DOCUMENT_REFUSED: ("退回材料文件", "Document refused"),
    EventKind.DOCUMENT_ISSUED: ("制发文书", "Document issued"),
    EventKind.DOCUMENT_SERVED: ("文书送达（当事人首次查阅）", "Document served: its recipient opened it"),
    EventKind.ISSUED_SEEN: ("工作人员查看文书", "Issued document looked at by staff"),
    EventKind.DOCUMENT_DELETED: ("删除材料文件", "Document deleted"),
    EventKind.CLOCK_WARNED: ("临期预警", "Nearly due"),
    EventKind.CLOCK_PASSED: ("超期", "Overdue"),
    EventKind.CLOCK_RECOUNTED: ("期限重新计算", "Due date counted anew"),
    EventKind.ALERT_RAISED: ("督办提醒", "Alert raised"),
    EventKind.ALERT_ACKNOWLEDGED: ("督办回应", "Alert acknowledged"),
    EventKind.ALERT_WITHDRAWN: ("督办提醒撤回", "Alert withdrawn"),
    EventKind.CARD_GIVEN: ("发牌", "Card given"),
    EventKind.CARD_ANSWERED: ("对发牌的说明", "Card answered"),
    EventKind.CARD_APPEALED: ("对发牌的申诉", "Card appealed"),
    EventKind.CARD_UPHELD: ("维持发牌", "Card upheld"),
    EventKind.CARD_WITHDRAWN: ("撤牌", "Card withdrawn"),
    EventKind.OUTAGE_RECORDED: ("系统故障时段登记", "Outage recorded"),
    EventKind.OUTAGE_ENDED: ("系统故障结束", "Outage ended"),
    EventKind.OUTAGE_WITHDRAWN: ("系统故障登记撤回", "Outage withdrawn"),
    EventKind.RATING_GIVEN: ("好差评", "Rated"),
    EventKind.RATING_ANSWERED: ("差评回访", "Bad rating answered"),
    EventKind.COMPLAINT_RECEIVED: ("投诉建议收件", "Complaint or suggestion received"),
    EventKind.COMPLAINT_ROUTED: ("投诉建议转办", "Complaint passed on"),
    EventKind.COMPLAINT_SORTED: ("投诉建议分类", "Complaint sorted"),
    EventKind.COMPLAINT_TAKEN: ("投诉建议认领", "Complaint taken"),
    EventKind.COMPLAINT_ANSWERED: ("投诉建议答复", "Complaint answered"),
    EventKind.COMPLAINT_RATED: ("投诉建议答复评价", "Answer to a complaint rated"),
    EventKind.RECORD_STORED: ("信用信息入库", "Credit record stored"),
    EventKind.RECORDS_IMPORTED: ("信用信息批量入库", "Credit records imported"),
    EventKind.IMPORT_REQUESTED: ("申请批量导入", "Import requested"),
    EventKind.IMPORT_STARTED: ("批量导入开始", "Import started"),
    EventKind.IMPORT_LINES_FAILED: ("批量导入中有信息处理出错", "Lines of an import failed unexpectedly"),
    EventKind.IMPORT_FINISHED: ("批量导入完成", "Import finished"),
    EventKind.IMPORT_REFUSED: ("批量导入整批退回", "Import refused whole"),
    EventKind.CONFLICT_OPENED: ("身份信息冲突待核对", "Number and name to be checked"),
    EventKind.CONFLICT_DECIDED: ("身份信息核对结论", "Number and name checked"),
    EventKind.NAME_LINKED: ("关联同一主体的另一名称", "Another name of the same subject"),
    EventKind.NAME_UNLINKED: ("解除名称关联", "Name no longer of the subject"),
    EventKind.NAME_CORRECTED: ("更正登记的名称", "Known name corrected"),
    EventKind.NAME_SET_APART: ("认定为另一主体的名称", "Name found to be another subject's"),
    EventKind.SUBJECT_LINKED: ("关联另一主体的信用信息", "Another subject's credit counts too"),
    EventKind.SUBJECT_MET: ("信用信息同时计入另一主体", "Credit counts for another subject too"),
    EventKind.SUBJECT_UNLINKED: ("解除主体关联", "Another subject's credit no longer counts"),
    EventKind.ALIAS_PROPOSED: ("提出主体关联", "Alias proposed"),
    EventKind.ALIAS_CONFIRMED: ("确认主体关联", "Alias confirmed"),
    EventKind.ALIAS_REVOKED: ("撤销主体关联", "Alias revoked"),
    EventKind.RECORD_SERVED: ("严重失信记录告知已送达", "Notice of a grave record served"),
    EventKind.RECORD_CONFIRMED: ("严重失信记录由第二人确认", "Grave record confirmed by a second person"),
    EventKind.RECORD_DISPLAY_ENDED: ("公示期满", "Display ended"),
    EventKind.RECORD_OBJECTED: ("记录异议标注", "Record marked as disputed"),
    EventKind.RECORD_OBJECTION_ENDED: ("记录异议标注取消", "Record no longer disputed"),
    EventKind.RECORD_REPAIR_ASKED: ("记录申请修复", "Repair of a record asked for"),
    EventKind.RECORD_REPAIR_REFUSED: ("记录不予修复", "Repair of a record refused"),
    EventKind.RECORD_REPAIRED: ("记录已修复", "Record repaired"),
    EventKind.RECORD_CORRECTED: ("记录更正", "Record corrected"),
    EventKind.RECORD_WITHDRAWN: ("记录撤回", "Record withdrawn"),
    EventKind.DOCUMENT_FELL: ("依据文书失效", "Basis document fell"),
    EventKind.DOCUMENT_UNDONE: ("依据该文书的信息全部撤销", "Everything based on the document undone"),
    EventKind.SUMMARY_MENDED: ("信用摘要更正", "Credit summary mended"),
    EventKind.FLAG_PROPOSED: ("拟惩戒告知", "Flag proposed"),
    EventKind.FLAG_SERVED: ("惩戒告知送达", "Flag served"),
    EventKind.FLAG_ANSWERED: ("惩戒陈述申辩", "Flag answered"),
    EventKind.FLAG_CONFIRMED: ("惩戒生效", "Flag in force"),
    EventKind.FLAG_LIFTED: ("惩戒解除", "Flag lifted"),
    EventKind.FLAG_ENDED: ("惩戒期满", "Flag ended"),
    EventKind.FLAG_NOTICE_MADE: ("告知部门系统", "Department's system told"),
    EventKind.FLAG_NOTICE_ACKNOWLEDGED: ("部门系统签收", "Department's system answered"),
    EventKind.INCIDENT_OPENED: ("解除未落实事件", "Ending not acted upon"),
    EventKind.INCIDENT_CLOSED: ("解除已落实", "Ending acted upon"),
    EventKind.FLAG_SUSPENDED: ("惩戒中止", "Flag suspended"),
    EventKind.FLAG_RESUMPTION_ASKED: ("申请恢复惩戒", "Asked to let a flag go on"),
    EventKind.FLAG_RESUMED: ("惩戒恢复", "Flag in force again"),
    EventKind.FLAG_OBJECTED: ("惩戒异议标注", "Flag marked as disputed"),
    EventKind.FLAG_OBJECTION_ENDED: ("惩戒异议标注取消", "Flag no longer disputed"),
    EventKind.OBJECTION_MADE: ("异议申诉", "Objection made"),
    EventKind.OBJECTION_WITHDRAWN: ("异议撤回", "Objection withdrawn"),
    EventKind.OBJECTION_DECIDED: ("异议处理结果", "Objection decided"),
    EventKind.REPAIR_ASKED: ("信用修复申请", "Repair asked for"),
    EventKind.REPAIR_DECIDED: ("信用修复结果", "Repair decided"),
    EventKind.REPAIR_REOPENED: ("信用修复重新审查", "Repair looked at again"),
    EventKind.REVERSAL_RECORDED: ("依据文书撤销", "Basis document reversed"),
    EventKind.AMENDMENT_PROPOSED: ("提出更正", "Amendment proposed"),
    EventKind.AMENDMENT_CONFIRMED: ("确认更正", "Amendment confirmed"),
    EventKind.AMENDMENT_WITHDRAWN: ("撤回更正", "Amendment withdrawn"),
    EventKind.MEASURES_LOADED: ("惩戒措施清单载入", "List of measures loaded"),
    EventKind.MANDATE_REQUESTED: ("申请查阅", "Mandate requested"),
    EventKind.MANDATE_APPROVED: ("批准查阅", "Mandate approved"),
    EventKind.MANDATE_READ: ("查阅记录", "Timeline read"),
    EventKind.MANDATE_EXCEEDED: ("越权查阅记录", "Out of scope"),
    EventKind.MANDATE_AUDITED: ("查阅情况接受审计", "Readings audited"),
}
"""The label of each kind, Chinese first."""
