"""Django's Redis cache on the embedded Valkey, which starts with the first use."""

from django.core.cache.backends.redis import RedisCache
from django.utils.functional import cached_property

from slp.local import valkey


class ValkeyCache(RedisCache):
    def __init__(self, server, params):
        from redis.backoff import ExponentialBackoff
        from redis.retry import Retry

        super().__init__(server, params)
        # About four seconds: longer than a supervisor needs to bring a killed Valkey back.
        self._options.setdefault("retry", Retry(ExponentialBackoff(cap=0.5, base=0.05), 10))

    @cached_property
    def _cache(self):
        valkey.ensure()
        return super()._cache
