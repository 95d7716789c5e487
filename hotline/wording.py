"""What any text typed by a person must be before it is kept: visible, bounded, one spelling."""

import re
import unicodedata


class Mistyped(ValueError):
    """Something typed cannot be accepted; `message` is the Chinese sentence beside the input."""

    @property
    def message(self) -> str:
        return str(self)


class BadWording(Mistyped):
    """A text is empty, too long, or holds what nobody can see."""


# Controls other than tab and newline, characters that turn the reading direction, characters
# of no width, fillers that look like nothing, tags, halves of a surrogate pair, non-characters.
# Variation selectors stay: rare Chinese names and emoji are written with them.
_UNSEEN = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
    "\u00ad\u034f\u180b-\u180f\u200b\u200c\u2060-\u2065\u206a-\u206f\ufeff\ufff9-\ufffc"
    "\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f"
)
_PICTURE = "\u2190-\u2bff\U0001f000-\U0001faff"
# A joiner (U+200D) is visible only as the glue of an emoji.
_INVISIBLE = re.compile(
    rf"[{_UNSEEN}]|(?<![{_PICTURE}\ufe0f])\u200d|\u200d(?![{_PICTURE}])",
)
# Every way to end a line that keyboards, spreadsheets and word processors produce.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"\s+")


def clean_text(
    text: str,
    *,
    field_label: str,
    max_length: int,
    required: bool = True,
    one_line: bool = False,
) -> str:
    """The text as it is kept: NFC, trimmed, lines ended by "\\n"; raises BadWording.

    `max_length` counts characters (code points) of the kept text. `one_line` also turns every
    run of blanks into one space, for names, titles and addresses. Full-width forms stay as
    they were written: NFKC would change what a citizen said.
    """
    kept = text.strip()
    # Before anything whose cost grows faster than the length: NFC shortens at most threefold.
    if len(kept) > 3 * max_length:
        raise _too_long(field_label, max_length=max_length, length=len(kept))
    kept = unicodedata.normalize("NFC", _LINE_END.sub("\n", kept)).strip()
    if unseen := _INVISIBLE.search(kept):
        raise BadWording(
            f"“{field_label}”含有不可见的控制字符（第 {unseen.start() + 1} 个字符），"
            "请删去后再提交。"
        )
    if one_line:
        kept = _BLANKS.sub(" ", kept)
    if len(kept) > max_length:
        raise _too_long(field_label, max_length=max_length, length=len(kept))
    if required and not kept:
        raise BadWording(f"“{field_label}”不能为空。")
    return kept


def without_invisible(text: str) -> str:
    """The same text without what `clean_text` refuses: for imports, where nobody can retype."""
    return _INVISIBLE.sub("", _LINE_END.sub("\n", text))


def _too_long(field_label: str, *, max_length: int, length: int) -> BadWording:
    return BadWording(f"“{field_label}”最多 {max_length} 字，现在 {length} 字。")
