import { RedisUnavailableError, type RedisStore } from '../../common/redis/redis-store.js';
import type { CostRecord, CostStorage } from './cost-storage.js';
import type { MemoryStorage } from './memory-storage.js';

/**
 * One key and one step, so that no two processes take the same room, and Redis' own clock ends the window. What is
 * no number, or has no end or one too far away, is nobody's count and begun anew: so every key has an end.
 */
const TAKE = `
local ttl, limit, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local value = redis.pcall('GET', KEYS[1])
local spent = type(value) == 'string' and tonumber(string.match(value, '^%d+$')) or nil
local left = redis.call('PTTL', KEYS[1])
local isOpen = spent and left >= 0 and left <= ttl
if not isOpen then spent, left = 0, ttl end
if spent + cost > limit then return {spent, left, 1} end
if isOpen then redis.call('INCRBY', KEYS[1], cost) else redis.call('SET', KEYS[1], cost, 'PX', ttl) end
return {spent + cost, left, 0}
`;

/**
 * The counts of all processes that share a Redis. While it is away each counts for itself, from where the count stood;
 * what was counted meanwhile is not added to the shared count, and stands here until its window ends: a Redis that comes
 * and goes is no new limit each time.
 */
export class RedisStorage implements CostStorage {
  constructor(
    private readonly store: Pick<RedisStore, 'run'>,
    private readonly memory: MemoryStorage,
  ) {}

  async increment(
    key: string,
    ttl: number,
    limit: number,
    blockDuration: number,
    throttlerName: string,
    cost = 1,
  ): Promise<CostRecord> {
    try {
      const reply = await this.store.run((client) => client.eval(TAKE, 1, key, ttl, limit, cost));
      const [spent, msLeft, refused] = countsIn(reply);
      return this.memory.adopt(key, ttl, limit, { spent, msLeft }, refused === 0 ? cost : 0);
    } catch {
      return this.memory.increment(key, ttl, limit, blockDuration, throttlerName, cost);
    }
  }
}

/** @throws RedisUnavailableError for what the script never answers: something else speaks there. */
function countsIn(reply: unknown): readonly [spent: number, msLeft: number, refused: number] {
  const [spent, msLeft, refused] = Array.isArray(reply) ? (reply as unknown[]) : [];
  if (isCount(spent) && isCount(msLeft) && isCount(refused)) return [spent, msLeft, refused];
  throw new RedisUnavailableError('Redis answered no count.');
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}
