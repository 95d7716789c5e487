"""What a process knows by heart to give advice at once: common words, and what was learned."""

import time
from datetime import date

from dispatch.db import Pool
from dispatch.learn import newest_key, read_model
from dispatch.similar import read_shares
from hotline.categorising import Model, NamedCategories
from hotline.rulebook import Rulebook
from hotline.similar import Shares

SHARES_SECONDS = 600.0
MODEL_SECONDS = 60.0


class Advice:
    """Read when first asked for, and looked at again from time to time."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._shares = Shares()
        self._shares_until = 0.0
        self._model: Model | None = None
        self._model_key: int | None = None
        self._model_until = 0.0
        self._named: NamedCategories | None = None

    async def shares(self) -> Shares:
        """How common words are, as of the last ten minutes."""
        if time.monotonic() >= self._shares_until:
            self._shares_until = time.monotonic() + SHARES_SECONDS
            async with self._pool.acquire() as connection:
                self._shares = await read_shares(connection)
        return self._shares

    async def model(self) -> Model | None:
        """What was learned last; None before anything was."""
        if time.monotonic() >= self._model_until:
            self._model_until = time.monotonic() + MODEL_SECONDS
            async with self._pool.acquire() as connection:
                key = await newest_key(connection)
                if key is not None and key != self._model_key:
                    self._model, self._model_key = await read_model(connection, key), key
        return self._model

    def named(self, rulebook: Rulebook, *, on: date) -> NamedCategories:
        """The words of the classification as it stands."""
        known = self._named
        if known is None or known.rulebook is not rulebook or known.on != on:
            known = self._named = NamedCategories(rulebook, on=on)
        return known

    def forget(self) -> None:
        """Look again at the next question."""
        self._shares_until = self._model_until = 0.0
