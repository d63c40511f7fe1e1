import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import { parseRecipients } from './recipients.js';

describe('parseRecipients', () => {
  it('reads subscribers, e-mail addresses and topics, each once', () => {
    expect(parseRecipients(' subscriber:soc, email:soc@example.com ,topic:soc,subscriber:soc,')).toEqual([
      { kind: 'subscriber', id: 'soc' },
      { kind: 'email', address: 'soc@example.com' },
      { kind: 'topic', key: 'soc' },
    ]);
  });

  it.each(['', ' , ', 'soc', 'subscriber:', 'email:soc', 'user:soc', 'topic:a b', 'subscriber:a,oops@example.com'])(
    'refuses "%s" in a sentence that does not repeat it',
    (text) => {
      expect(() => parseRecipients(text)).toThrow(InvalidConfigurationError);
      expect(() => parseRecipients(text)).toThrow('IP_RISK_ALERT_RECIPIENTS');
      expect(() => parseRecipients(text)).not.toThrow('oops');
    },
  );

  it('names the entry that is wrong by its number', () => {
    expect(() => parseRecipients('subscriber:a,b')).toThrow('entry 2');
  });
});
