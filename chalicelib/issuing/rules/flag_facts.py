"""What the documents of a flag say (惩戒文书): from the event that they follow from, and what the flag keeps."""

from datetime import date

from chalicelib.issuing.rules.sheets import day_in_chinese, limit_words, limit_words_in_english
from chalicelib.rulepacks.model.pack import RulePack, TermKey
from chalicelib.sanctions.model.flags import Flag
from chalicelib.timeline.events import Event

NUMBERS_SHOWN = 4


def flag_facts(flag: Flag, event: Event, *, name: str, number: str, items: str, pack: RulePack) -> dict[str, str]:
    """Return every fact that texts may name, as of an event; blank where it says nothing of it.

    ``name`` and ``number`` are the subject's in full; of the number only its end is told. ``items`` are the names of
    the items that the flag is limited to.
    """
    starts, ends = (str(event.data.get(key, getattr(flag, key).isoformat())) for key in ("starts_on", "ends_on"))
    defence = pack.limit_term(TermKey.DEFENCE)
    return {
        "subject": name,
        "number_tail": number[-NUMBERS_SHOWN:],
        "case_no": flag.case_no or "",
        "document_no": "",
        "measure": flag.measure,
        "measure_code": flag.measure_code,
        "edition": flag.edition,
        "facts": flag.facts,
        "finding": flag.personal_finding,
        "basis": flag.basis,
        "stands_on": f"{flag.document.organ}{flag.document.number}",
        "stands_since": day_in_chinese(flag.document.effective_on),
        "items": items,
        "starts_on": day_in_chinese(date.fromisoformat(starts)),
        "ends_on": day_in_chinese(date.fromisoformat(ends)),
        "starts_on_en": starts,
        "ends_on_en": ends,
        "defence": limit_words(defence),
        "defence_en": limit_words_in_english(defence),
        "defence_basis": defence.basis,
        "reasons": event.texts.get("reason", ""),
        "answer": event.texts.get("statement_answer", ""),
        "lifted_on": event.texts.get("basis", ""),
    }
