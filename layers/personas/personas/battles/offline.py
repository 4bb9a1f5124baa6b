"""What the offline provider says in a debate: a pure function of what the speaker knows. Source: personas 6, 9.3.

The texts are meant to be read: they take a side, stay on the topic, answer a word of the opponent's last turn, keep
the limits, and say nothing that the persona must not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final

from msgspec import Struct, field

from personas.battles.models import Language, Phase, Side
from personas.battles.rules import LETTERS_PER_WORD, count_words, fitted
from personas.battles.verdict import content_words
from personas.safety.rules import cut, has_swearing, violates

_TOPIC_WORDS: Final = 10
_TOPIC_LETTERS: Final = 80
_LONGEST_QUOTE: Final = 24


class SpokenTurn(Struct, frozen=True):
    """What a speaker knows when it is their turn.

    Attributes:
        tone: the persona's; "" for the house.
        opponent_said: the opponent's last turn; "" if there is none.
    """

    turn: int
    side: Side
    phase: Phase
    topic: str
    style: str
    speaker_name: str
    opponent_name: str
    opponent_said: str
    word_limit: int
    language: Language = "en"
    tone: str = ""
    catchphrases: Sequence[str] = ()
    do_not_say: Sequence[str] = field(default=())


_MAIN: Final[dict[Language, dict[tuple[Phase, Side], tuple[str, ...]]]] = {
    "en": {
        ("OPENING", "PRO"): (
            'On "{topic}" my answer is yes, because what we gain shows up early and what it costs stays small.',
            'I speak for "{topic}". Take a team of 5: if each saves one hour a week, that is 250 hours a year.',
            'My answer to "{topic}" is yes, and the best argument is that you can undo it in a single day.',
            'I am for it. "{topic}" sounds like a leap, but it is 3 small steps, and each one can be measured.',
        ),
        ("OPENING", "CON"): (
            'On "{topic}" my answer is no: the promise is clear, but who pays for it is not.',
            'I speak against "{topic}", because the cost lands on people who were never asked.',
            'My answer to "{topic}" is not yet. Show me 2 examples that lasted longer than a quarter.',
            'I doubt it. "{topic}" solves a problem that most of us do not have every week.',
        ),
        ("REBUTTAL", "PRO"): (
            'You say "{quote}", {opponent}, and I take that seriously; but it is a reason to start small, not to wait.',
            'The word "{quote}" is doing a lot of work there. In practice the risk falls with every round we finish.',
            '"{quote}" is a fair worry, because it has happened before. The answer is a limit, not a ban.',
            'Suppose you are right about "{quote}": then 1 trial month tells us more than another debate.',
        ),
        ("REBUTTAL", "CON"): (
            'You build on "{quote}", {opponent}, but that only shows it can work, not that it will.',
            'About "{quote}": for example, who repairs it on a Friday evening? That cost is missing from your sum.',
            '"{quote}" is the exception you picked. The usual case is slower, and it needs people we do not have.',
            'I would like to believe "{quote}", but a result from one good week is not a trend.',
        ),
        ("CLOSING", "PRO"): (
            'To close: "{quote}" asks for care, and care is exactly what a small start gives. I stay with yes.',
            'My last word: {opponent} has named "{quote}" as the danger, and we can measure it. So let us begin.',
            'In the end "{quote}" is a question of pace, because the direction is right. My answer remains yes.',
        ),
        ("CLOSING", "CON"): (
            'To close: "{quote}" sounds good today, and we would pay for it tomorrow. I stay with no.',
            'My last word: as long as "{quote}" is a hope and no result, waiting is the cheaper choice.',
            'In the end "{quote}" does not answer who is responsible when it fails. My answer remains no.',
        ),
    },
    "tr": {
        ("OPENING", "PRO"): (
            '"{topic}" konusunda cevabım evet, çünkü kazancı erken görünür, bedeli ise küçük kalır.',
            '"{topic}" için konuşuyorum. Beş kişilik bir ekipte herkes haftada 1 saat kazansa, yılda 250 saat eder.',
            '"{topic}" sorusuna evet diyorum; en iyi gerekçe de bundan tek günde vazgeçilebilmesi.',
            'Ben bundan yanayım. "{topic}" büyük bir adım gibi durur, oysa ölçülebilen 3 küçük adımdır.',
        ),
        ("OPENING", "CON"): (
            '"{topic}" konusunda cevabım hayır: vaat açık, ama bedelini kimin ödeyeceği belli değil.',
            '"{topic}" fikrine karşıyım, çünkü yükü hiç sorulmamış insanlara biniyor.',
            '"{topic}" için henüz erken. Bana üç aydan uzun sürmüş 2 örnek gösterin.',
            'Şüpheliyim. "{topic}" çoğumuzun her hafta yaşamadığı bir sorunu çözüyor.',
        ),
        ("REBUTTAL", "PRO"): (
            '{opponent}, "{quote}" diyorsun, haklısın da; ama bu beklemek değil, küçük başlamak için bir neden.',
            '"{quote}" sözüne çok yük bindiriyorsun. Uygulamada risk, bitirdiğimiz her turda azalır.',
            '"{quote}" haklı bir kaygı, çünkü daha önce yaşandı. Cevabı yasak değil, sınırdır.',
            'Diyelim "{quote}" konusunda haklısın: o zaman 1 aylık deneme bize yeni bir tartışmadan fazlasını öğretir.',
        ),
        ("REBUTTAL", "CON"): (
            '{opponent}, "{quote}" üzerine kuruyorsun; bu olabileceğini gösterir, olacağını değil.',
            '"{quote}" konusunda: örneğin cuma akşamı bunu kim onarır? O bedel hesabında yok.',
            '"{quote}" seçtiğin bir istisna. Olağan durum daha yavaş ve elimizde olmayan insanlar ister.',
            '"{quote}" sözüne inanmak isterim, ama iyi geçen bir haftanın sonucu eğilim sayılmaz.',
        ),
        ("CLOSING", "PRO"): (
            'Kapatırken: "{quote}" özen ister, küçük başlamak da tam olarak özen demektir. Cevabım hâlâ evet.',
            'Son sözüm: {opponent} tehlikeye "{quote}" dedi, biz de onu ölçebiliriz. Öyleyse başlayalım.',
            'Sonunda "{quote}" bir hız sorusudur, çünkü yön doğru. Cevabım evet olarak kalıyor.',
        ),
        ("CLOSING", "CON"): (
            'Kapatırken: "{quote}" bugün kulağa hoş geliyor, bedelini yarın öderiz. Cevabım hâlâ hayır.',
            'Son sözüm: "{quote}" bir sonuç değil umut olduğu sürece, beklemek daha ucuzdur.',
            'Sonunda "{quote}" işler ters giderse kimin sorumlu olduğunu söylemiyor. Cevabım hayır olarak kalıyor.',
        ),
    },
}

_MORE: Final[dict[Language, dict[Side, tuple[str, ...]]]] = {
    "en": {
        "PRO": (
            "Start with one group, write down what changes, and decide again after 30 days.",
            "What we learn on the way is worth more than the plan we begin with.",
            "The people who do the work asked for this, and they will notice the difference first.",
            "If it fails, we stop, and all we have lost is a little time.",
            "Waiting has a price as well; it just never appears in a budget.",
        ),
        "CON": (
            "First name the person who looks after it when the excitement is gone.",
            "Small habits that already work deserve the attention before something new does.",
            "I would rather fix the 2 things everyone complains about than add a third.",
            "Once it is there, no one will want to be the one who ends it.",
            "Being early is only an advantage for those who can afford to be wrong.",
        ),
    },
    "tr": {
        "PRO": (
            "Tek bir grupla başlayalım, neyin değiştiğini yazalım, 30 gün sonra yeniden karar verelim.",
            "Yolda öğreneceğimiz, başlarken yaptığımız plandan daha değerli.",
            "Bunu işi yapanlar istedi; farkı da önce onlar görecek.",
            "Olmazsa dururuz; kaybımız biraz zamandan ibaret kalır.",
            "Beklemenin de bir bedeli var, yalnızca hiçbir bütçede görünmez.",
        ),
        "CON": (
            "Önce heves geçince buna kimin bakacağını söyleyin.",
            "Yeni bir şeyden önce, zaten işleyen küçük alışkanlıklar ilgiyi hak ediyor.",
            "Üçüncü bir şey eklemektense herkesin yakındığı 2 şeyi düzeltmeyi yeğlerim.",
            "Bir kez başladı mı, bitiren kişi olmayı kimse istemez.",
            "Erken davranmak, yanılmayı göze alabilenler için bir üstünlüktür.",
        ),
    },
}

_PLAIN: Final[dict[Language, dict[Side, str]]] = {
    "en": {"PRO": "I agree.", "CON": "I disagree."},
    "tr": {"PRO": "Katılıyorum.", "CON": "Katılmıyorum."},
}
"""When everything else is forbidden."""

_DULL: Final = frozenset(
    re.findall(
        r"\w+",
        """
        about again another answer anyone because before begin believe close everyone exactly first last longer more
        never once only other people rather right should still suppose than that then there they this those today
        what when which while will with would write your bana biraz bundan bunu cevabım daha diyelim diyorsun
        diyorum haklı haklısın için inanmak isterim kadar kapatırken konusunda kulağa olacağını olarak olabileceğini
        oysa sonunda sorusuna sorusudur sözüm sözüne üzerine yalnızca yeğlerim zaten
        """,
    )
)
"""Words that are not worth an answer."""


def speak(known: SpokenTurn) -> str:
    """Return the text of a turn."""
    number = _number_of(known)
    main = next(_allowed(known, _starts(known, number)), None)
    if main is None:
        return fitted(_PLAIN[known.language][known.side], known.word_limit)
    said = [main]
    for sentence in _allowed(known, _additions(known, number)):
        longer = " ".join([*said, sentence])
        if len(said) < 3 and _keeps_limits(longer, known.word_limit):
            said.append(sentence)
    return fitted(" ".join(said), known.word_limit)


def quotable(opponent_said: str, topic: str, choice: int = 0) -> str:
    """Return a content word of what the opponent said: one of the longest, if possible a new one.

    Args:
        choice: which of the three longest.

    Returns:
        "": there is none.
    """
    words = [word for word in content_words(opponent_said) if len(word) <= _LONGEST_QUOTE and not has_swearing(word)]
    known = _DULL.union(content_words(topic))
    longest = sorted(dict.fromkeys([word for word in words if word not in known] or words), key=len, reverse=True)[:3]
    return longest[choice % len(longest)] if longest else ""


def _starts(known: SpokenTurn, number: int) -> Iterator[str]:
    """Yield the first sentences of this phase, the one that the inputs choose first."""
    topic = cut(" ".join(" ".join(known.topic.split()).split(" ")[:_TOPIC_WORDS]), _TOPIC_LETTERS).rstrip(".,;:")
    round_number = known.turn // 2
    quote = quotable(known.opponent_said, known.topic, round_number) or next(iter(content_words(known.topic)), topic)
    for text in _rotated(_MAIN[known.language][known.phase, known.side], number + round_number):
        yield text.format(topic=topic, quote=quote, opponent=known.opponent_name)


def _additions(known: SpokenTurn, number: int) -> Iterator[str]:
    if known.phase == "OPENING" and known.catchphrases:
        yield _as_sentence(known.catchphrases[0])
    yield from _rotated(_MORE[known.language][known.side], number // 7 + known.turn)


def _as_sentence(text: str) -> str:
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."


def _allowed(known: SpokenTurn, texts: Iterator[str]) -> Iterator[str]:
    return (text for text in texts if not violates(text, known.do_not_say) and not has_swearing(text))


def _keeps_limits(text: str, word_limit: int) -> bool:
    return count_words(text) <= word_limit and len(text) <= word_limit * LETTERS_PER_WORD


def _rotated(texts: Sequence[str], number: int) -> list[str]:
    start = number % len(texts)
    return [*texts[start:], *texts[:start]]


def _number_of(known: SpokenTurn) -> int:
    """Return a number that is the same on every machine and in all turns of a speaker, so that these vary."""
    facts = (known.side, known.topic, known.style, known.speaker_name, known.tone)
    return int.from_bytes(sha256(repr(facts).encode("utf-8", "replace")).digest()[:4])
