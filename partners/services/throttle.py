"""A limit on what one sender may do in an hour, kept in the cache. Nobody else is asked."""

from __future__ import annotations

import hashlib
import logging

from django.core.cache import cache

log = logging.getLogger(__name__)
WINDOW_SECONDS = 3600
ALLOWED = 5


def too_many(what: str, sender: str, *, allowed: int = ALLOWED) -> bool:
    """Count one more; true when the sender has had `allowed` in this hour already.

    The address is kept as a hash and for an hour only. Without a cache nobody is kept out.
    """
    key = f"throttle:{what}:{hashlib.sha256(sender.encode()).hexdigest()[:24]}"
    try:
        cache.add(key, 0, WINDOW_SECONDS)
        return cache.incr(key) > allowed
    except ValueError:  # it expired between the two calls
        return False
    except Exception as error:  # the cache's own errors differ by backend
        log.warning("The throttle has no cache: %s", error)
        return False
