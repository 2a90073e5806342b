"""A column of texts that are made when somebody looks at them.

What a guard or an open question is called takes tens to hundreds of bytes, as a set of
bits eight.  Who scores a million sessions reads few of the texts: making all of them
would take more than half the time of everything else, and two fifths of the memory.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray, ExtensionDtype

Words = Callable[[NDArray[np.int64]], ExtensionArray]
"""Makes the texts of sets of bits, as an array of strings."""


class WordedDtype(ExtensionDtype):
    """Texts, to whoever asks."""

    # By this name they are what they look like, also in a file.
    name = "str"
    type = str
    na_value = np.nan

    @classmethod
    def construct_array_type(cls) -> Any:
        """Class of the arrays."""
        return Worded

    def _get_common_dtype(self, dtypes: list[Any]) -> Any:
        others = [dtype for dtype in dtypes if not isinstance(dtype, WordedDtype)]
        if all(isinstance(dtype, pd.StringDtype) for dtype in others):
            return others[0] if others else self
        return None


class Worded(ExtensionArray):
    """Texts of sets of bits; changing one, or looking at several, makes all of them.

    Parameters
    ----------
    bits : ndarray of int, shape (n_sessions,)
    words : callable

    Examples
    --------
    >>> from riskmodel.scoring.guards import guard_texts
    >>> told = pd.Series(Worded(np.array([0, 1]), guard_texts))
    >>> (told.str.len() > 0).tolist()
    [False, True]
    """

    def __init__(self, bits: NDArray[np.int64], words: Words) -> None:
        self._bits = bits
        self._words = words
        self._made: Any = None

    @classmethod
    def _of_texts(cls, texts: ExtensionArray) -> Self:
        made = cls(np.empty(0, dtype=np.int64), _no_words)
        made._made = texts
        return made

    @property
    def texts(self) -> Any:
        """All of them as an ordinary array of strings."""
        if self._made is None:
            self._made = self._words(self._bits)
        return self._made

    def distinct(self) -> tuple[NDArray[np.intp], ExtensionArray]:
        """Each different text once, behind the place of each row's; of changed ones all."""
        if self._made is not None:
            return np.arange(len(self)), self._made
        places, bits = pd.factorize(self._bits)
        return places, self._words(np.asarray(bits))

    @property
    def _kept(self) -> Any:
        return self._bits if self._made is None else self._made

    def _with(self, kept: Any) -> Self:
        if self._made is None:
            return type(self)(kept, self._words)
        return self._of_texts(kept)

    @classmethod
    def _from_sequence(
        cls, scalars: Sequence[Any], *, dtype: Any = None, copy: bool = False
    ) -> Self:
        return cls._of_texts(pd.array(np.asarray(scalars, dtype=object), dtype="str"))

    @classmethod
    def _from_factorized(cls, values: Sequence[Any], original: Any) -> Self:
        return cls._from_sequence(values)

    @classmethod
    def _concat_same_type(cls, to_concat: Sequence[Self]) -> Self:
        first = to_concat[0]
        if all(one._made is None and one._words == first._words for one in to_concat):
            return first._with(np.concatenate([one._bits for one in to_concat]))
        texts = pd.concat([pd.Series(one.texts) for one in to_concat]).array
        return cls._of_texts(texts)

    @property
    def dtype(self) -> WordedDtype:
        """A text for each place."""
        return WordedDtype()

    @property
    def nbytes(self) -> int:
        """Bytes that are in use, fewer before somebody looked."""
        return int(self._kept.nbytes)

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.texts)

    def __getitem__(self, item: Any) -> Any:
        item = pd.api.indexers.check_array_indexer(self, item)
        if not isinstance(item, int | np.integer):
            return self._with(self._kept[item])
        one = (
            self._words(self._bits[item : item + 1 or None])
            if self._made is None
            else self._made[[item]]
        )
        return one[0]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.texts[key] = _plain(value)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.texts, dtype=object if dtype is None else dtype)

    def __arrow_array__(self, type: Any = None) -> Any:
        """For pyarrow, which writes files."""
        return self.texts.__arrow_array__(type)

    def __getattr__(self, name: str) -> Any:
        # What stands behind `Series.str`, method by method.
        if name.startswith("_str_"):
            return getattr(self.texts, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def isna(self) -> Any:
        """Nowhere, unless rows were added."""
        return np.zeros(len(self), bool) if self._made is None else self._made.isna()

    def take(
        self, indices: Any, *, allow_fill: bool = False, fill_value: Any = None
    ) -> Self:
        """Some of the rows, and with ``allow_fill`` no text at the places −1."""
        if allow_fill and np.any(np.asarray(indices) < 0):
            filled = self.texts.take(indices, allow_fill=True, fill_value=fill_value)
            return self._of_texts(filled)
        return self._with(self._kept.take(indices))

    def copy(self) -> Self:
        """One that can be changed on its own."""
        return self._with(self._kept.copy())

    def map(self, mapper: Any, na_action: Any = None) -> Any:
        """What a function or a mapping makes of each text."""
        return self.texts.map(mapper, na_action=na_action)

    def _reduce(self, name: str, **options: Any) -> Any:
        return self.texts._reduce(name, **options)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """Ordinary texts, or what can be made of them."""
        if isinstance(dtype, WordedDtype):
            return self.copy() if copy else self
        return self.texts.astype(dtype, copy=copy)


def _no_words(bits: NDArray[np.int64]) -> ExtensionArray:
    return pd.array([""] * len(bits), dtype="str")


def _plain(value: Any) -> Any:
    return value.texts if isinstance(value, Worded) else value


def _on_texts(operate: Callable[[Any, Any], Any]) -> Callable[[Worded, Any], Any]:
    def method(self: Worded, other: Any) -> Any:
        if isinstance(other, pd.Series | pd.Index | pd.DataFrame):
            return NotImplemented
        return operate(self.texts, _plain(other))

    return method


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    **{name: getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "add": operator.add,
    "radd": lambda texts, other: other + texts,
}
for _name, _operate in _OPERATORS.items():
    setattr(Worded, f"__{_name}__", _on_texts(_operate))
