"""Texts for field errors, in both languages: what validation finds, and what our own rules do."""

from collections.abc import Mapping

from chalicelib import fault_texts
from chalicelib.catalogue.model.faults import FAULT_TEXTS as ITEM_FAULT_TEXTS
from chalicelib.errors import FieldError
from chalicelib.http.language import Language

FAULT_TEXTS: Mapping[str, tuple[str, str]] = {**fault_texts.FAULT_TEXTS, **ITEM_FAULT_TEXTS}


def text_of(fault: FieldError, language: Language) -> str:
    """Return the text of a field error in one language."""
    if fault.code in FAULT_TEXTS:
        return fault_texts.filled(FAULT_TEXTS[fault.code], fault.blanks, in_chinese=language == "zh")
    return fault.english if language == "en" and fault.english else fault.detail
