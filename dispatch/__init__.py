"""Every change and every effect: what happens to a case, and what leaves because of it."""
