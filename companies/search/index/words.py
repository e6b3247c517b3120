"""The words of folded names, and for each word the rows that bear it.

Words lie in the order of their bytes, each with its rows: those that begin alike are
one slice of rows, so that a prefix costs no more than a word.
"""

from bisect import bisect_left
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Array = npt.NDArray[Any]
# What a word of a name is made of, in RE2; the rest parts words.
_PARTING = r"[^\pL\pN]+"
# The longest place name has 45 letters; what is longer is cut, on both sides.
LONGEST = 48
_BATCH = 500_000


def tokens(names: "pa.Array") -> tuple["pa.Array", Array]:
    """Lower-case words of the names, end to end, and whose each of them is."""
    split = pc.split_pattern_regex(pc.utf8_lower(names), _PARTING)
    owner = pc.list_parent_indices(split).to_numpy(zero_copy_only=False)
    word = pc.utf8_slice_codeunits(split.flatten(), 0, LONGEST)
    is_word = pc.greater(pc.binary_length(word), 0)
    keep = is_word.to_numpy(zero_copy_only=False)
    return word.filter(is_word), owner[keep]


def postings(names: "pa.Array", rows: Array) -> dict[str, Array]:
    """``word_text`` and ``word_ends`` are the words, ``word_starts`` their slices."""
    vocabulary: dict[str, int] = {}
    pairs: list[npt.NDArray[np.int64]] = []
    for start in range(0, len(names), _BATCH):
        word, owner = tokens(names.slice(start, _BATCH))
        encoded = word.dictionary_encode()
        numbers = np.array(
            [
                vocabulary.setdefault(w, len(vocabulary))
                for w in encoded.dictionary.to_pylist()
            ],
            np.int64,
        )
        codes = numbers[encoded.indices.to_numpy(zero_copy_only=False)]
        pairs.append((codes << 32) | rows[start + owner].astype(np.int64))
    return _by_word(vocabulary, np.concatenate([np.empty(0, np.int64), *pairs]))


def _by_word(
    vocabulary: dict[str, int], pairs: npt.NDArray[np.int64]
) -> dict[str, Array]:
    ordered = sorted(vocabulary, key=str.encode)
    place = np.empty(len(vocabulary), np.int64)
    place[[vocabulary[word] for word in ordered]] = np.arange(len(ordered))
    keys = (place[pairs >> 32] << 32) | (pairs & 0xFFFFFFFF) if len(pairs) else pairs
    keys.sort()
    keys = keys[np.diff(keys, prepend=-1) != 0]
    encoded = [word.encode() for word in ordered]
    return {
        "word_text": np.frombuffer(b"".join(encoded), np.uint8),
        "word_ends": np.cumsum([len(word) for word in encoded], dtype=np.int64),
        "word_starts": np.searchsorted(keys >> 32, np.arange(len(ordered) + 1)),
        "word_rows": (keys & 0xFFFFFFFF).astype(np.uint32),
    }


def texts(array: "pa.Array") -> tuple[Array, Array]:
    """The bytes of all the texts end to end, and where each of them ends."""
    whole = array.cast(pa.large_string())
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.combine_chunks()
    _, offsets, data = whole.buffers()
    if not len(whole):
        return np.empty(0, np.uint8), np.empty(0, np.int64)
    ends = np.frombuffer(offsets, np.int64)[whole.offset :][: len(whole) + 1]
    text = np.frombuffer(data, np.uint8)[ends[0] : ends[-1]]
    return text, ends[1:] - ends[0]


class Texts:
    """Texts in the order of their bytes, end to end in one array."""

    def __init__(self, text: Array, ends: Array) -> None:
        self._text, self._ends = text, ends

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        return self._text[start : int(self._ends[number])].tobytes()


def slices(texts: Texts, word: str, is_prefix: bool) -> "list[tuple[int, int]]":
    """First and last-but-one of the words meant, as slices of the vocabulary."""
    wanted = word[:LONGEST].encode()
    start = bisect_left(texts, wanted)
    end = bisect_left(texts, wanted + b"\xff") if is_prefix else start
    if not is_prefix and start < len(texts) and texts[start] == wanted:
        end = start + 1
    return [(start, end)] if end > start else []
