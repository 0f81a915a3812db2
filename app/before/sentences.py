"""What gates turn away and which mentions are answered, as a sentence. In: governed answers. Out: a `Sentence`."""

from __future__ import annotations

from app.kit.findings import MIN_N
from app.kit.formatting import percent
from app.kit.sentences import Sentence
from serving import AnswerRow

# A majority is proven where the whole interval lies beyond one half.
MAJORITY = 0.5


def before(gate: AnswerRow | None, answered: AnswerRow | None) -> Sentence:
    """What the gate turns away, and whether negative mentions are answered; a claim where a majority is proven."""
    parts: list[Sentence] = []
    if gate is not None and gate.value is not None and (gate.n or 0) >= MIN_N:
        most = gate.low is not None and gate.low > MAJORITY
        who = "Most sessions that meet a gate leave there" if most else "Sessions that leave at a gate"
        parts.append(Sentence(f"{who}: {percent(gate.value)}", claim=most))
    if answered is not None and answered.value is not None and (answered.n or 0) >= MIN_N:
        few = answered.high is not None and answered.high < MAJORITY
        only = "only " if few else ""
        parts.append(Sentence(f"{only}{percent(answered.value)} of negative mentions are answered", claim=few))
    if not parts:
        return Sentence("Too few sessions and mentions to say what happens before the purchase", claim=False)
    text = "; ".join(part.text for part in parts)
    return Sentence(f"{text[:1].upper()}{text[1:]}", claim=any(part.claim for part in parts))


def tone(negative: AnswerRow, by_classifier: AnswerRow) -> Sentence:
    """How many of the mentions whose tone is known are negative; where a classifier heard some, with the interval.

    Args:
        negative: the share of negative mentions.
        by_classifier: the share of tones that a classifier heard.
    """
    if negative.value is None or (negative.n or 0) < MIN_N:
        return Sentence("Public mentions by tone", claim=False)
    if by_classifier.value and negative.low is not None and negative.high is not None:
        between = f"{percent(negative.low)} to {percent(negative.high)}"
        return Sentence(f"About {percent(negative.value)} of mentions are negative ({between})", claim=False)
    return Sentence(f"{percent(negative.value)} of mentions with a known tone are negative", claim=False)


def coverage(known: AnswerRow) -> str:
    """Of how many mentions the tone is known, as part of a sentence."""
    if known.value is None:
        return "of none of them is the tone known"
    return f"the tone is known of {percent(known.value)} of them"
