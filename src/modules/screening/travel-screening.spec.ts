import { FakeClock } from '../../../test/support/fake-clock.js';
import { inCountry, intelligence } from '../../../test/support/intelligence.js';
import { impossible, paris, possible, reported } from '../../../test/support/travel-reports.js';
import { InvalidLoginError, StorageError } from '../../common/errors/ip-risk.error.js';
import { parseIpAddress, type IpAddress } from '../../common/ip/ip-address.js';
import { AssessmentService } from '../assessment/assessment.service.js';
import type { LoginEvent, LoginReport, TravelReport } from '../geo-velocity/geo-velocity.js';
import { digested } from '../policy/policy-digest.js';
import { readPolicyFile } from '../policy/policy-file.js';
import { ProviderLookup } from '../providers/lookup/provider-lookup.js';
import { DecisionCounters } from './decision-counters.js';
import { RiskEvents } from './risk-events.js';
import { ScreeningService, type ScreenedRoute } from './screening.service.js';
import { TravelFailureLog } from './travel-failure-log.js';
import { TravelScreening } from './travel-screening.js';

const { policies, defaultPolicy } = readPolicyFile();
const login = digested(defaultPolicy);
const payment = digested(policies.get('payment') ?? defaultPolicy);
const address = parseIpAddress('8.8.8.8') as IpAddress;

/** Plays the user's history. */
class ScriptedHistory {
  readonly asked: [how: 'check' | 'record', login: LoginEvent][] = [];
  answer: () => Promise<TravelReport> = () => Promise.resolve(reported(possible));

  check(event: LoginEvent): Promise<TravelReport> {
    this.asked.push(['check', event]);
    return this.answer();
  }

  async record(event: LoginEvent): Promise<LoginReport> {
    this.asked.push(['record', event]);
    return { ...(await this.answer()), login: paris, isDuplicate: false, found: [], withdrawn: [], isOwed: false };
  }
}

function setUp() {
  const clock = new FakeClock();
  const providers = [
    {
      id: 'stub',
      kind: 'offline' as const,
      lookup: () => intelligence({ isHostingProvider: false }, { location: inCountry('FR') }),
      health: () => ({ status: 'up' as const, details: {} }),
    },
  ];
  const assessments = new AssessmentService({ lookup: new ProviderLookup({ providers, clock }), clock });
  const counters = new DecisionCounters();
  const events = new RiskEvents();
  events.subscribe(counters.count);
  const history = new ScriptedHistory();
  const lines: string[] = [];
  const failures = new TravelFailureLog((line) => lines.push(line), clock);
  const travel = new TravelScreening(history, clock, failures);
  const screening = new ScreeningService({ assessments, events, clock, travel, deadlineMs: 300 });
  const screen = (subject: string | undefined, route: Partial<ScreenedRoute> = {}) =>
    screening.screenAddress(address, { route: 'test', policy: login, travel: 'check', ...route }, { subject });
  return { clock, history, counters, screening, screen, lines };
}

describe('screening a user', () => {
  it('asks the history once, with the place of the address, and decides by the answer', async () => {
    const { history, screen, counters } = setUp();
    history.answer = () => Promise.resolve(reported(impossible));
    expect(await screen('ann')).toMatchObject({ action: 'challenge', score: 50, subject: 'ann' });
    expect(history.asked).toMatchObject([
      ['check', { userId: 'ann', address, place: { country: 'FR' }, ts: undefined }],
    ]);
    expect(counters.snapshot().actions).toMatchObject({ challenge: 1, allow: 0 });
  });

  it('records in the same question where the route says so', async () => {
    const { history, screen } = setUp();
    expect((await screen('ann', { travel: 'record' })).travel).toMatchObject({ isDuplicate: false });
    expect(history.asked.map(([how]) => how)).toEqual(['record']);
  });

  it.each([undefined, '', 'anonymous', 'null', '0'])(
    'asks nothing about %p, who is nobody or everybody',
    async (subject) => {
      const { history, screen } = setUp();
      expect(await screen(subject, { travel: 'record' })).toMatchObject({
        action: 'allow',
        travel: undefined,
        degraded: [],
      });
      expect(history.asked).toEqual([]);
    },
  );

  it.each(['user\tname', 'x'.repeat(257), '..'])(
    'does not know the travel of a user whose id cannot be used: %j',
    async (id) => {
      const { history, screen } = setUp();
      expect(await screen(id)).toMatchObject({ action: 'allow', degraded: ['geo-velocity'] });
      expect(await screen(id, { policy: payment })).toMatchObject({ action: 'review', failedClosed: true });
      expect(history.asked).toEqual([]);
    },
  );

  it('does not know the travel of a user whom the route cannot name', async () => {
    const { screening } = setUp();
    const route: ScreenedRoute = { route: 'test', policy: payment, travel: 'check' };
    const decision = await screening.screenAddress(address, route, { isSubjectUnreadable: true });
    expect(decision).toMatchObject({ action: 'review', degraded: ['geo-velocity'] });
  });

  it('says in one line what many failures were', async () => {
    const { clock, history, screen, lines } = setUp();
    history.answer = () => Promise.reject(new StorageError('STORAGE_FAILED', 'refused.'));
    for (let times = 0; times < 5; times += 1) await screen('ann');
    clock.advance(10_000);
    history.answer = () => Promise.reject(new TypeError('a secret'));
    await screen('ann');
    expect(lines).toEqual([
      '1 login(s) not looked up or not recorded since the last such line. Latest: refused.',
      '5 login(s) not looked up or not recorded since the last such line. Latest: an unexpected failure.',
    ]);
  });

  it('asks nothing where the route does not', () => {
    const { history, screen } = setUp();
    // At once: no promise is made for it.
    expect(screen('ann', { travel: undefined })).toMatchObject({ action: 'allow' });
    expect(history.asked).toEqual([]);
  });

  it('waits for the rest of the deadline and no longer', async () => {
    const { clock, history, screen } = setUp();
    history.answer = () => new Promise(() => undefined);
    const open = screen('ann');
    const closed = screen('ann', { policy: payment });
    await Promise.resolve();
    await Promise.resolve();
    clock.advance(299);
    expect(clock.pending).toBe(2);
    clock.advance(1);
    expect(await open).toMatchObject({ action: 'allow', degraded: ['geo-velocity'] });
    expect(await closed).toMatchObject({ action: 'review', failedClosed: true });
  });

  it('leaves no timer behind', async () => {
    const { clock, screen } = setUp();
    await screen('ann');
    expect(clock.pending).toBe(0);
  });

  it('takes a database that fails for travel that is not known', async () => {
    const { history, screen } = setUp();
    history.answer = () => Promise.reject(new StorageError('STORAGE_UNAVAILABLE', 'away'));
    expect(await screen('ann')).toMatchObject({ action: 'allow', degraded: ['geo-velocity'], travel: undefined });
    expect(await screen('ann', { policy: payment })).toMatchObject({ action: 'review', cause: 'unavailable' });
  });

  it('hands on what is wrong with a login', async () => {
    const { history, screen } = setUp();
    history.answer = () => Promise.reject(new InvalidLoginError('ts lies in the future.'));
    await expect(screen('ann')).rejects.toThrow('ts lies in the future.');
  });
});

describe('recording a login after the fact', () => {
  it('records the subject and the address of the decision', async () => {
    const { history, screening, screen } = setUp();
    const decision = await screen('ann');
    expect(await screening.recordLogin(decision)).toBe(true);
    expect(history.asked.at(-1)).toMatchObject(['record', { userId: 'ann', address: { text: '8.8.8.8' } }]);
  });

  it('says so where the database does not take it', async () => {
    const { history, screening, screen, lines } = setUp();
    const decision = await screen('ann');
    history.answer = () => Promise.reject(new StorageError('STORAGE_FAILED', 'no'));
    expect(await screening.recordLogin(decision)).toBe(false);
    expect(lines).toEqual([expect.stringMatching(/^1 login\(s\) .* Latest: no$/)]);
  });

  it('has nothing to record without a user', async () => {
    const { history, screening, screen, lines } = setUp();
    expect(await screening.recordLogin(await screen('anonymous'))).toBe(false);
    expect([history.asked, lines]).toEqual([[], []]);
  });
});
