"""A file that is not text in the encoding that cx.yml names in, the encoding that fits its bytes best out.

A closed list, tried in order: encodings that say by themselves whether they fit (UTF-8, UTF-16, those of several bytes
a character), then those of one byte a character, by how many of the file's letters are usual in their languages.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ingestion.readers.file_kinds import HEAD_BYTES, utf_16_of
from ingestion.readers.files import CHUNK_BYTES, first_undecodable_byte

_SAMPLE_BYTES: Final = 1 << 20
_LEAST_SHARE: Final = 0.9
# Letters beyond ASCII that are frequent in the languages of an encoding. Cyrillic small letters only: the encodings
# swap small and capital ones.
_USUAL: Final[tuple[tuple[str, str], ...]] = (
    ("cp1252", "éèêëàâáãäåæçíìîïñóòôõöøœúùûüßÿÉÈÀÁÂÄÅÆÇÍÑÓÖØÚÜŒ€’‘“”„–—…«»°·•²³ºª§£©®™´¡¿\u00a0"),
    ("cp1250", "ąćęłńóśźżáčďéěíňřšťúůýžőűöüäăâîşţđĄĆĘŁŃÓŚŹŻÁČŘŠŽÖÜÄ€’“”„–…«»°§\u00a0"),
    ("cp1251", "абвгдежзийклмнопрстуфхцчшщъыьэюяёіїєґ€–—«»…№\u00a0"),
    ("koi8-r", "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
    ("iso-8859-5", "абвгдежзийклмнопрстуфхцчшщъыьэюяё"),
    ("cp1253", "αβγδεζηθικλμνξοπρστυφχψωςάέήίόύώΑΕΟΤΣΝΚΠ€’–«»·\u00a0"),
    ("cp1254", "ışğüöçâîûİŞĞÜÖÇ€’“”–…\u00a0"),
    ("cp1255", "אבגדהוזחטיכלמנסעפצקרשתךםןףץ"),
    ("cp1256", "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآ،"),
    ("cp1257", "āčēģīķļņšūžąęėįųõäöüĀČĒŠŽĄĘĖĮŲÕÄÖÜ"),
    ("cp874", "กขคงจฉชซญดตถทธนบปผฝพฟภมยรลวศษสหอฮะาำิีึืุูเแโใไ็่้๊๋์ๆ"),
)

# Scripts of which nearly every letter is beyond ASCII.
_FOREIGN: Final = frozenset(("cp1251", "koi8-r", "iso-8859-5", "cp1253", "cp1255", "cp1256", "cp874"))
_LEAST_FOREIGN: Final = 0.3


def fitting_encoding(path: Path, tried: str) -> str | None:
    """The encoding that a file's bytes speak for, as cx.yml calls it; None where no known one reads all of it.

    Args:
        path: the file.
        tried: the encoding that does not fit; it is never the answer.
    """
    head, sample = _sample(path)
    wide = utf_16_of(head)
    candidates = [wide] if wide else ["utf-8", *_by_letters(sample)]
    same = {tried, *({"utf-8", "utf-8-sig"} if tried.startswith("utf-8") else ())}
    for candidate in candidates:
        if candidate not in same and first_undecodable_byte(path, candidate) is None:
            return candidate
    return None


def _sample(path: Path) -> tuple[bytes, bytes]:
    """The head of a file, and the lines beyond ASCII of a part of it."""
    kept: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
        file.seek(0)
        while size < _SAMPLE_BYTES and (chunk := file.read(CHUNK_BYTES)):
            if chunk.isascii():
                continue
            lines = [line for line in chunk.split(b"\n")[:-1] or [chunk] if not line.isascii()]
            if not lines:
                lines = [chunk]
            kept += lines
            size += sum(len(line) for line in lines)
    return head, b"\n".join(kept)


def _by_letters(sample: bytes) -> list[str]:
    """Encodings in the order in which the letters beyond ASCII speak for them."""
    scores = {
        name: score for name in ("cp932", "euc-jp", "cp949", "gb18030", "big5") if (score := _asian(sample, name))
    }
    asian = [name for name in scores if scores[name] >= _LEAST_SHARE]
    letters = sum(chr(byte).isalpha() for byte in sample if byte < 128)
    beyond = sum(byte > 127 for byte in sample)
    is_foreign = beyond > _LEAST_FOREIGN * (beyond + letters)
    shares = {
        name: _share(sample.decode(name, errors="replace"), usual)
        for name, usual in _USUAL
        if is_foreign or name not in _FOREIGN
    }
    # Stable: where two fit equally, the first one.
    single = sorted(shares, key=lambda name: -round(shares[name], 3))
    if asian and shares[single[0]] < _LEAST_SHARE:
        return [*sorted(asian, key=lambda name: -scores[name]), *single]
    return [*single, *asian]


def _share(text: str, usual: str) -> float:
    beyond = [character for character in text if ord(character) > 127]
    return sum(character in usual for character in beyond) / len(beyond) if beyond else 0.0


def _asian(sample: bytes, name: str) -> float:
    """Share of the characters beyond ASCII that are usual in the script of an encoding; 0 where it cannot be read."""
    text = sample.decode(name, errors="replace")
    beyond = [character for character in text if ord(character) > 127]
    if not beyond or text.count("\ufffd") > 0.02 * len(beyond):
        return 0.0
    kana = sum("\u3040" <= character <= "\u30ff" for character in beyond) / len(beyond)
    hangul = sum("\uac00" <= character <= "\ud7a3" for character in beyond) / len(beyond)
    han = sum("\u4e00" <= character <= "\u9fff" or "\u3000" <= character <= "\u303f" for character in beyond) / len(
        beyond
    )
    fullwidth = sum("\uff01" <= character <= "\uff5e" for character in beyond) / len(beyond)
    if name in ("cp932", "euc-jp"):
        return kana + han + fullwidth if kana > 0.1 else 0.0
    if name == "cp949":
        return hangul + fullwidth if hangul > 0.7 else 0.0
    if name == "gb18030":
        # Every pair of bytes is some character of GB 18030; what people write is in its oldest part.
        return (
            han + fullwidth if sample.decode("gb2312", errors="replace").count("\ufffd") <= 0.02 * len(beyond) else 0.0
        )
    return han + fullwidth
