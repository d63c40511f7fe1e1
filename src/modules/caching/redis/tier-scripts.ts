// Each is one step for every other process: nobody sees an entry without its lease's end, or a lease twice.
// KEYS: the entry and its lease, in one slot.

/**
 * ARGV: token, milliseconds, longest text. Answers {1 when granted, the entry's text}. A foreign value is none, also in
 * the lease's place: ours all have a time to live.
 */
export const LEASE = `
local entry = redis.pcall('getrange', KEYS[1], 0, ARGV[3])
if type(entry) ~= 'string' then entry = '' end
if redis.call('pttl', KEYS[2]) == -1 then redis.call('del', KEYS[2]) end
local granted = redis.call('set', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2])
return {granted and 1 or 0, entry}`;

/** ARGV: longest text. Answers {1, ''} while the lease is held: the entry is the old one. Then {0, the entry's text}. */
export const LOOK = `
if redis.call('exists', KEYS[2]) == 1 then return {1, ''} end
local entry = redis.pcall('getrange', KEYS[1], 0, ARGV[1])
if type(entry) ~= 'string' then entry = '' end
return {0, entry}`;

/** ARGV: token ('' for none), text, milliseconds. Keeps it only for the holder, or where nobody holds the lease. */
export const PUT = `
local holder = redis.pcall('get', KEYS[2])
if ARGV[1] == '' and holder == false then
  redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3])
  return 1
end
if ARGV[1] == '' or holder ~= ARGV[1] then return 0 end
redis.call('set', KEYS[1], ARGV[2], 'PX', ARGV[3])
redis.call('del', KEYS[2])
return 1`;

/** KEYS: the lease. ARGV: token. */
export const RELEASE = `
if redis.pcall('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0`;

/** With the lease: what is being loaded was asked for before it was to be forgotten. */
export const FORGET = `return redis.call('del', KEYS[1], KEYS[2])`;
