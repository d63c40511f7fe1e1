import { failureIn } from './redis-errors.js';

class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

describe('failureIn', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'away', 'LOADING'],
    ['NOAUTH Authentication required.', 'away', 'NOAUTH'],
    ['WRONGPASS invalid username-password pair', 'away', 'WRONGPASS'],
    ['MASTERDOWN Link with MASTER is down', 'away', 'MASTERDOWN'],
    ['BUSY Redis is busy running a script.', 'away', 'BUSY'],
    ['CLUSTERDOWN The cluster is down', 'away', 'CLUSTERDOWN'],
    ['CLUSTERDOWN Hash slot not served', 'refused', 'CLUSTERDOWN'],
    ["READONLY You can't write against a read only replica.", 'refused', 'READONLY'],
    ["OOM command not allowed when used memory > 'maxmemory'.", 'refused', 'OOM'],
    ['MISCONF Redis is configured to save RDB snapshots', 'refused', 'MISCONF'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'refused', 'TRYAGAIN'],
    ['MOVED 1 10.0.0.1:7000', 'refused', 'MOVED'],
    ['WRONGTYPE Operation against a key', 'reply', 'WRONGTYPE'],
    ['NOSCRIPT No matching script.', 'reply', 'NOSCRIPT'],
    ['ERR value is not an integer or out of range', 'reply', 'ERR'],
    ['somebody wrote this', 'reply', 'ERR'],
    ['', 'reply', 'ERR'],
  ])('calls the reply %j %s', (message, kind, code) => {
    expect(failureIn(new ReplyError(message))).toEqual({ kind, code });
  });

  it('looks behind a transaction that was given up', () => {
    const previousErrors = [new ReplyError('OOM command not allowed')];
    const aborted = Object.assign(new ReplyError('EXECABORT Transaction discarded'), { previousErrors });
    expect(failureIn(aborted)).toEqual({ kind: 'refused', code: 'OOM' });
  });

  it.each([
    [Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:6379'), { code: 'ECONNREFUSED' }), 'ECONNREFUSED'],
    [Object.assign(new Error('secret'), { code: 'secret 10.0.0.1' }), 'DISCONNECTED'],
    [new Error('Connection is closed.'), 'DISCONNECTED'],
    [new Error("Socket timeout. Expecting data, but didn't receive any in 1000ms."), 'TIMEOUT'],
    [Object.assign(new Error('all'), { lastNodeError: new ReplyError('WRONGPASS no') }), 'WRONGPASS'],
  ])('calls %s the loss of a connection', (error, code) => {
    expect(failureIn(error)).toEqual({ kind: 'lost', code });
  });

  it.each([[new TypeError('mine')], [new SyntaxError('mine')], ['text'], [undefined]])(
    'takes %p for no failure of Redis',
    (error) => {
      expect(failureIn(error).kind).toBe('foreign');
    },
  );
});
