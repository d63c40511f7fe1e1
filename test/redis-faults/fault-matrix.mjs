// Every kind of trouble with Redis that is played, and when.

/** The rest of each is in redis-process.mjs, which plays them. */
export const FAULTS = [
  { name: 'down' },
  { name: 'killed' },
  { name: 'frozen' },
  { name: 'reset' },
  { name: 'garbage' },
  { name: 'readonly' },
  { name: 'oom' },
  { name: 'loading' },
  { name: 'noauth' },
  { name: 'slow' },
  { name: 'silent' },
];

/** Nothing is wrong: warms up, and shows that the harness sees Redis work where it does. */
export const HEALTHY = { name: 'healthy' };

export const MOMENTS = ['at boot', 'mid-load'];

/** Faults under which a process is asked to end. */
export const SHUTDOWN_FAULTS = ['frozen', 'down', 'slow', 'silent', 'reset'];

/** What `npm test` has time for. */
export const SHORT_ROUND = {
  faults: ['down', 'frozen', 'noauth'],
  momentsOf: (subject) => (subject === 'guarded app' ? ['mid-load'] : ['at boot']),
  shutdowns: 1,
};
