// Damaged cache values, out of a seed. Plain JavaScript, so that a script takes it as a test does.

const HOUR_MS = 3_600_000;
const HUGE = 10 * 1024 * 1024;

/** mulberry32: small, seeded, and good enough to choose by. */
function randomOf(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const NUMBERS = ['NaN', 'Infinity', '-Infinity', '-1', '1e999', '"80"', 'null', '[]', '{}'];
const WRONG_FORMS = [
  null,
  [],
  {},
  'block',
  80,
  { answers: [], failures: [] },
  { answers: [{}], failures: [] },
  { answers: [{ providerId: 'stranger', facts: {} }], failures: [] },
  { answers: {}, failures: {} },
  { score: 0, level: 'low', status: 'complete', reasons: [] },
  { at: 0, data: { answers: 1 } },
];

const flip = ({ text, random }) => {
  const bytes = Buffer.from(text);
  const at = random(bytes.length);
  bytes[at] ^= 1 << random(8);
  return bytes;
};

/** Each makes a value out of the sound text. */
const VALUES = {
  truncated: ({ text, random }) => text.slice(0, random(text.length)),
  beheaded: ({ text, random }) => text.slice(1 + random(text.length - 1)),
  extended: ({ text, random }) => text + String.fromCharCode(32 + random(90)),
  'bit-flip': flip,
  'bits-flipped': ({ text, random }) => flip({ text: flip({ text, random }).toString('latin1'), random }),
  empty: () => '',
  unsealed: ({ text }) => text.slice(text.indexOf('{')),
  'another-value': ({ others, random }) => others[random(others.length)],
  'two-values': ({ text, others, random }) => text + others[random(others.length)],
  number: ({ text, random }) => {
    const starts = [...text.matchAll(/(?<=:)-?\d+(\.\d+)?/g)];
    const chosen = starts[random(starts.length)];
    return chosen === undefined
      ? NUMBERS[0]
      : text.slice(0, chosen.index) + NUMBERS[random(NUMBERS.length)] + text.slice(chosen.index + chosen[0].length);
  },
  'wrong-form': ({ close, random }) => close(WRONG_FORMS[random(WRONG_FORMS.length)]),
  deep: ({ close, random }) => {
    const levels = 33 + random(20_000);
    return random(2) === 0
      ? '['.repeat(levels) + ']'.repeat(levels)
      : close(JSON.parse('['.repeat(40) + ']'.repeat(40)));
  },
  prototype: ({ close }) =>
    close(JSON.parse('{"__proto__":{"answers":[],"failures":[]},"constructor":{"prototype":{"score":0}}}')),
  'foreign-text': ({ random }) => ['OK', 'undefined', '<html></html>', '\0\0\0', '\u{1f4a9}'.repeat(50)][random(5)],
  binary: ({ random }) => Buffer.from(Array.from({ length: 1 + random(3000) }, () => random(256))),
};

/** Each puts a value of another type there. */
const TYPES = {
  list: (call, key, text) => call('RPUSH', key, text, text),
  hash: (call, key, text) => call('HSET', key, 'data', text),
  set: (call, key, text) => call('SADD', key, text),
  'sorted-set': (call, key, text) => call('ZADD', key, 1, text),
  stream: (call, key, text) => call('XADD', key, '*', 'data', text),
};

export const MUTATION_KINDS = [...Object.keys(VALUES), ...Object.keys(TYPES), 'huge'];

export function mutate(seed, text, others, close = (data) => JSON.stringify(data)) {
  const random = randomOf(seed);
  // Rarely: it takes 10 MB each time.
  const kind = random(200) === 0 ? 'huge' : MUTATION_KINDS[random(MUTATION_KINDS.length - 1)];
  const apply = async (call, key) => {
    await call('DEL', key);
    if (Object.hasOwn(TYPES, kind)) {
      await TYPES[kind](call, key, text);
      // Foreign values come with and without an end.
      if (random(2) === 0) await call('PEXPIRE', key, HOUR_MS);
      return;
    }
    const value = kind === 'huge' ? text + ' '.repeat(HUGE) : VALUES[kind]({ text, others, random, close });
    // Two flips of one bit undo each other.
    const damaged = Buffer.from(text).equals(Buffer.from(value)) ? `${text}!` : value;
    await call('SET', key, damaged, ...(random(2) === 0 ? ['PX', HOUR_MS] : []));
  };
  return { kind, apply };
}
