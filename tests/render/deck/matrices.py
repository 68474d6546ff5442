"""Matrices made up for tests: a company's own of twelve, and any number with texts of any length."""

from pathlib import Path
from types import MappingProxyType

from csmkit.matrix.matrix import Competency, Expectation, Matrix
from csmkit.matrix.read import read_matrix

SCRIPTS = (
    "תכנון הצלחה עם הלקוח",
    "التخطيط مع العميل",
    "ग्राहक के साथ योजना",
    "การวางแผนร่วมกับลูกค้าเพื่อความสำเร็จ",
    "Σχεδιασμός με τον πελάτη",
    "顧客との成功計画と更新の見通し",
)


def twelve() -> Matrix:
    return read_matrix(Path(__file__).with_name("twelve.yaml"))


def matrix_of(many: int, *, pillars: int = 4, text: str = "Does it by the day agreed.") -> Matrix:
    expected = MappingProxyType({"mid": Expectation("green", text)})
    made = tuple(
        Competency(
            f"c{at}",
            f"Pillar {at % pillars + 1}",
            f"Competency {at + 1}",
            text,
            *((text, text),) * 3,
            strong=(text,),
            ask=text,
            practice=text,
            progress=text,
            expected=expected,
        )
        for at in range(many)
    )
    return Matrix("Made up", "1", "0" * 12, made, (text,))


def in_scripts() -> Matrix:
    made = tuple(
        Competency(f"c{at}", name, name, f"{name}. " * 5, *((name, name * 9),) * 3, ask=name * 20)
        for at, name in enumerate(
            (*SCRIPTS, "W" * 80, "=cmd()|' /C calc'!A0", "<b>#panic()</b> 🎉")
        )
    )
    return Matrix("📈 Συμφωνία", "", "0" * 12, made)
