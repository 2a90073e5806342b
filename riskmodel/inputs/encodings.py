"""Which encoding a text is in that names none: the one whose letters make words.

Detectors count letters over pages of prose; a list of athletes has a few names.  So
each encoding is judged by whether its text could be one of its languages.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import islice

_WEST = (
    "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíñóúü", "áâãàçéêíóôúü", "àèéìòù", "æøåäöéü",
    "áéíóúýðþæö", "éèëïóöü", "åäõöüšž",
)  # fmt: skip
_CENTRAL = (
    "ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "čćđšž", "ăâîşţșț",
)  # fmt: skip
_BALTIC = ("ąčęėįšųūž", "āčēģīķļņšūž", "äõöüšž")
_TURKISH = ("çğıöşüâi\u0307",)
_GREEK = ("αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώϊ",)
_HEBREW = ("אבגדהוזחטיךכלםמןנסעףפץצקרשת",)
_ARABIC = ("ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگ",)
_THAI = ("".join(map(chr, range(0x0E01, 0x0E4F))),)
_CYRILLIC = (
    "абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "абвгдђежзијклљмнњопрстћуфхцчџш",
)  # fmt: skip
_ENCODINGS: Mapping[str, tuple[str, tuple[str, ...] | range]] = {
    "cp1252": ("Western European, Windows", _WEST),
    "cp1250": ("Central European, Windows", _CENTRAL),
    "cp1255": ("Hebrew, Windows", _HEBREW),
    "cp1253": ("Greek, Windows", _GREEK),
    "cp1251": ("Cyrillic, Windows", _CYRILLIC),
    "cp1254": ("Turkish, Windows", _TURKISH),
    "cp1257": ("Baltic, Windows", _BALTIC),
    "cp1256": ("Arabic, Windows", _ARABIC),
    "cp874": ("Thai", _THAI),
    # The first byte of the signs that a language uses every day.
    "cp932": ("Japanese", range(0x81, 0x99)),
    "cp949": ("Korean", range(0xB0, 0xC9)),
    "gb18030": ("Chinese", range(0xB0, 0xD8)),
    "big5": ("Chinese, traditional", range(0xA4, 0xC7)),
    "mac_roman": ("Western European, Mac", _WEST),
    "cp850": ("Western European, DOS", _WEST),
    "cp852": ("Central European, DOS", _CENTRAL),
    "iso8859_2": ("Central European, ISO", _CENTRAL),
    "koi8_r": ("Cyrillic, KOI8", _CYRILLIC),
    "cp866": ("Cyrillic, DOS", _CYRILLIC),
}
"""Name, and the small letters that each of its languages adds; the likeliest first."""

_SIGNS = frozenset("€£‘’‚“”„‹›«»–—…°º·§½™®\xa0")
"""What stands in lists of every language."""
_OTHER_SCRIPTS = (_GREEK, _HEBREW, _ARABIC, _THAI, _CYRILLIC)
_WESTERN = "cp1252"
_UTF8 = "utf-8-sig"
_OLD = ("cp850", "cp852", "iso8859_2", "koi8_r", "cp866")
_LATIN = re.compile("[a-zA-Z]")
# A foreign sign before a letter that opens no quotation, or between two.
_CUT_WORD = re.compile(r"(?:[^\w\s\0-\x7f‘’‚“„«·]|(?<=[^\W\d_])[‘‚“„«])(?=[^\W\d_])")
# Signs of Latin-1 as people write them: beside no letter, or 5 °C, m², µg, ¿Edad?, Mª.
# Within a name each is a letter of another encoding: Pawe³, £ukasz.
_LETTER = r"[^\W\d_]"
_AT_HOME = re.compile(
    r"(?<![a-zA-Z])(?<![^\0-\x7f])[\xa1-\xac\xae-\xbf×÷‰•†](?![a-zA-Z]|[^\0-\x7f])"
    rf"|[°º](?=\s?(?:[CFK]|Celsius|Fahrenheit)(?!{_LETTER}))|(?<=\d)(?:[×½¼¾]|´+)"
    rf"|(?<=[A-Za-z])²(?![a-z]|[^\0-\x7f·])|(?:(?<=\bm)|(?<=\b[cdk]m))³(?!{_LETTER})"
    rf"|(?<=\bVO)²|(?<!{_LETTER})µ(?=(?:[glLmsSVWM]|mol|kat)(?!{_LETTER}))"
    rf"|(?<!{_LETTER})(?:[½¼¾](?=[hlL]\b)|¿(?=[^\n?]*\?|[A-Z])|¡(?=[^\n!]*!|[A-Z]))"
    rf"|(?:(?<=\d)|(?<=\b[MNmn]))[ªº](?!{_LETTER})"
    r"|(?<=[A-Za-z\d])´(?=[A-Z\d])|(?<=[a-z\d])[®©]"
)
_BESIDE_LATIN = re.compile(r"[A-Za-z](?=[^\0-\x7f])|(?<=[^\0-\x7f])[A-Za-z]")

# Our judgement, tried on the lists of names of the tests.
_OF_THE_LIST = 0.5
_RARE = {"cp1252": 0.0, "mac_roman": 0.1} | dict.fromkeys(_OLD, 0.15)
_LESS_USUAL = 0.05
_ALIKE = 0.08
_NONE_FITS = 0.6
_THIN = 3
"""Fewer letters than these may be a chance."""
_MOST_CELLS = 2_000
_MOST_BROKEN = 0.1
"""Part of the letters that may be broken in a text that is UTF-8 all the same."""
_ONE_LETTER = 3
"""Pieces that one broken letter leaves, in a list too short for that part."""
_NOT_ASCII = bytes(range(128, 256))


@dataclass(frozen=True)
class Guess:
    """The encoding of a text that names none.

    Attributes
    ----------
    encoding : str
        As Python calls it.
    doubt : bool
        Whether another encoding may be the right one.
    """

    encoding: str
    doubt: bool

    @property
    def is_damaged(self) -> bool:
        """Whether it is UTF-8 with bytes that are none."""
        return self.doubt and self.encoding == _UTF8

    @property
    def label(self) -> str:
        """Its name for a person, such as ``Greek, Windows (cp1253)``."""
        if self.encoding == _UTF8:
            return "UTF-8"
        name = _ENCODINGS.get(self.encoding, ("", ()))[0]
        return f"{name} ({self.encoding})" if name else self.encoding


def guess_encoding(content: bytes) -> Guess:
    """Find the encoding of a text that is not UTF-8, or that is so but for a few bytes.

    Examples
    --------
    >>> guess_encoding("Größe".encode("cp1252")).encoding
    'cp1252'
    >>> guess_encoding("Łukasz;Paweł".encode("cp1250")).label
    'Central European, Windows (cp1250)'
    """
    if content.startswith(BOM_UTF8) or _is_utf8_but_for_a_few(*_letters_of_utf8(content)):
        return Guess(_UTF8, doubt=True)
    # Cells without a foreign letter say nothing; no such sign has a separator in it.
    cells = (match[0] for match in re.finditer(rb'[^;,\t\r\n"]+', content))
    foreign = islice((cell for cell in cells if not cell.isascii()), _MOST_CELLS)
    sample = b"\n".join(dict.fromkeys(foreign))
    texts: dict[str, str] = {}
    for encoding in _ENCODINGS:
        try:
            texts[encoding] = sample.decode(encoding)
        except UnicodeDecodeError:
            continue
    oddity = {encoding: _oddity(text, encoding) for encoding, text in texts.items()}
    best = min(oddity, key=lambda encoding: oddity[encoding], default="")
    if not best or oddity[best] > _NONE_FITS:
        return _guess_of_detector(sample, best)
    alike = [e for e in oddity if oddity[e] < oddity[best] + _ALIKE]
    if _WESTERN in texts and _own_letters(texts[best], best) < _THIN:
        alike.append(_WESTERN)
    return Guess(best, any(texts[encoding] != texts[best] for encoding in alike))


def encoding_of_lines(lines: Iterable[bytes]) -> Guess:
    """Encoding of a file that is too large to hold, UTF-8 included."""
    foreign: list[bytes] = []
    whole = broken = 0
    for line in lines:
        if line.isascii():
            continue
        if len(foreign) < _MOST_CELLS:
            foreign.append(line)
        whole_of_line, broken_of_line = _letters_of_utf8(line)
        whole, broken = whole + whole_of_line, broken + broken_of_line
    if not broken or _is_utf8_but_for_a_few(whole, broken):
        return Guess(_UTF8, doubt=broken > 0)
    return guess_encoding(b"".join(foreign))


def _letters_of_utf8(content: bytes) -> tuple[int, int]:
    """How many foreign letters are whole in UTF-8, and how many pieces are none."""
    text = content.decode("utf-8", "replace")
    broken = text.count("\ufffd") - content.count("\ufffd".encode())
    return len(text) - broken - len(content.translate(None, _NOT_ASCII)), broken


def _is_utf8_but_for_a_few(whole: int, broken: int) -> bool:
    """Whether so much is UTF-8 that no other encoding can be meant."""
    few = max(_MOST_BROKEN * (whole + broken), min(_ONE_LETTER, whole / _THIN))
    return whole >= _THIN and 0 < broken <= few


def _oddity(text: str, encoding: str) -> float:
    """How little a text is like one of an encoding's languages, 0 for wholly like it.

    A squad may be of many countries, so each word may be of another language; a list in
    one language is likelier all the same.
    """
    usual = _ENCODINGS[encoding][1]
    text = _AT_HOME.sub(" ", text)
    foreign = sum(not sign.isascii() and sign not in _SIGNS for sign in text)
    rare = _RARE.get(encoding, _LESS_USUAL)
    if isinstance(usual, range):
        if not _own_letters(text, encoding):
            return 1.0
        signs = (sign for sign in text if not sign.isascii())
        odd = sum(sign.encode(encoding)[0] not in usual for sign in signs)
        odd += len(_BESIDE_LATIN.findall(text))
        return odd / max(1, foreign) + rare
    words = _words(text)
    foreign_words = [word for word in words if not word.isascii()]
    if usual is not _WEST and not any(map(_is_word_or_initial, foreign_words)):
        return 1.0  # a letter in no word is a sign of another encoding
    odd_words = [_odd_letters(word, usual) for word in foreign_words]
    odd = len(_CUT_WORD.findall(text)) + sum(map(min, odd_words))
    odd += sum(
        sum(not sign.isascii() and sign.isupper() for sign in word[1:])
        for word in words
        if not word.isupper()  # a capital in the middle of a word
    )
    if usual in _OTHER_SCRIPTS:
        odd += sum(not word.isascii() and bool(_LATIN.search(word)) for word in words)
    odd += sum(sign.isprintable() is False and sign != "\n" for sign in text)
    odd += sum(not (sign.isascii() or sign in _SIGNS or sign.isalpha()) for sign in text)
    of_list = min(map(sum, zip(*odd_words, strict=True)), default=0)
    return (odd + _OF_THE_LIST * of_list) / max(1, foreign) + rare


def _words(text: str) -> list[str]:
    return re.split(r"[^\w\u0300-\u036f\u0e00-\u0e7f]+", text)


def _is_word_or_initial(word: str) -> bool:
    return sum(map(str.isalpha, word)) > 1 or (len(word) == 1 and word.isupper())


def _own_letters(text: str, encoding: str) -> int:
    """How many letters of its languages stand beside others in words."""
    usual = _ENCODINGS[encoding][1]
    if isinstance(usual, range):
        pairs = re.findall(r"[^\W\d_a-zA-Z]{2,}", text)
        return sum(map(len, pairs))
    words = (w for w in _words(_AT_HOME.sub(" ", text)) if not w.isascii())
    return sum(
        sum(not sign.isascii() for sign in word) - min(_odd_letters(word, usual))
        for word in words
        if sum(map(str.isalpha, word)) > 1
    )


def _odd_letters(word: str, alphabets: tuple[str, ...]) -> list[int]:
    """How many letters of a word each alphabet lacks."""
    # In Portuguese it stands before e; elsewhere it would be a Hungarian ő.
    plain = word.lower().replace("õe", "oe")
    letters = [sign for sign in plain if not sign.isascii()]
    return [sum(letter not in alphabet for letter in letters) for alphabet in alphabets]


def _guess_of_detector(content: bytes, otherwise: str) -> Guess:
    """Ask a detector of a hundred encodings where none of the usual ones fits."""
    from charset_normalizer import from_bytes  # costs more to load than to read a list

    # Every table has cells in ASCII; what spreads that over two bytes is a false alarm.
    fits = (m.encoding for m in from_bytes(content) if "a".encode(m.encoding) == b"a")
    return Guess(next(fits, otherwise or "cp1252"), doubt=True)
