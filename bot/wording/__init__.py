"""The words around what is announced: a small template language, the shipped wording, and the operator's own before it."""

from __future__ import annotations

from bot.wording.catalogue import TemplateError, Wording
from bot.wording.check import check_wording
from bot.wording.files import wording
from bot.wording.template import Template

__all__ = ["Template", "TemplateError", "Wording", "check_wording", "wording"]
