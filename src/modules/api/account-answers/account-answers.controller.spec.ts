import { FakeClock } from '../../../../test/support/fake-clock.js';
import { SecretText } from '../../../common/secrets/secret-text.js';
import type { AccountReports } from '../../alerting/account/account-reports.js';
import { AnswerLinks } from '../../alerting/account/answer-links.js';
import { AccountAnswersController } from './account-answers.controller.js';
import { questionPage } from './answer-pages.js';

const clock = new FakeClock();
const links = new AnswerLinks({ key: new SecretText('a-key-of-the-site'), publicUrl: 'https://example.com', clock });
const { yesUrl } = links.linksFor({ id: 'a00000000000000000000000', createdAt: clock.now() });
const token = yesUrl.split('/').at(-1) ?? '';

describe('AccountAnswersController', () => {
  it('has no pages where users are not asked, and asks the database nothing', async () => {
    const controller = new AccountAnswersController({} as AccountReports, undefined);
    const statuses: number[] = [];
    const reply = { status: (code: number) => statuses.push(code), header: () => undefined };
    const pages = [await controller.question(token, reply), await controller.answered(token, reply)];
    expect(statuses).toEqual([404, 404]);
    expect(pages).toEqual([expect.stringContaining('no such page'), expect.stringContaining('no such page')]);
  });
});

describe('questionPage', () => {
  it('writes nothing that is not text', () => {
    const { html } = questionPage('no', { country: '<img src=x onerror="alert(1)">&', at: clock.now() });
    expect(html).not.toContain('<img');
    expect(html).toContain('from &lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp; at 2026-01-01 00:00 (UTC)');
  });

  it('leaves out a country that is not known', () => {
    expect(questionPage('yes', { country: undefined, at: clock.now() }).html).toContain('account at 2026-01-01 00:00');
  });
});
