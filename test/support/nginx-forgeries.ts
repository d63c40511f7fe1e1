/** What a client may claim to be, in every spelling that some server or other believes. */
export const FORGED = '9.9.9.9';

/** Header lines of one request each. */
export const FORGERIES: readonly (readonly (readonly [string, string])[])[] = [
  [['x-forwarded-for', FORGED]],
  [
    ['X-Forwarded-For', '127.0.0.1'],
    ['x-forwarded-for', `${FORGED}, 127.0.0.1`],
  ],
  [
    ['connection', 'close, x-forwarded-for'],
    ['x-forwarded-for', FORGED],
  ],
  [['forwarded', `for=${FORGED}`]],
  [['x_forwarded_for', FORGED]],
  [['x-real-ip', FORGED]],
  [['true-client-ip', FORGED]],
  [['cf-connecting-ip', FORGED]],
  [['x-client-ip', FORGED]],
  [['via', `1.1 ${FORGED}`]],
];
