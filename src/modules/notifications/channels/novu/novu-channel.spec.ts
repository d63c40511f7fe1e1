import { outgoingAlert } from '../../../../../test/support/alerts.js';
import { eventually } from '../../../../../test/support/eventually.js';
import { FakeClock } from '../../../../../test/support/fake-clock.js';
import { SandboxServer } from '../../../../sandbox/sandbox-server.js';
import { InvalidConfigurationError } from '../../../../common/errors/ip-risk.error.js';
import type { DeliveryOutcome } from '../../../alerting/delivery-outcome.js';
import type { OutgoingAlert } from '../alert-channel.js';
import { novuChannel, type NovuChannelOptions } from './novu-channel.js';

let sandbox: SandboxServer;

beforeAll(async () => {
  sandbox = await SandboxServer.start();
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(() => sandbox.close());

const HERE = new AbortController().signal;
const options = (): NovuChannelOptions => ({
  secretKey: 'not-a-key',
  recipients: [{ kind: 'subscriber', id: 'soc' }],
  serverUrl: sandbox.baseUrls.novu,
  clock: new FakeClock(),
});

function deliver(
  changed: Partial<NovuChannelOptions> = {},
  alert: OutgoingAlert = outgoingAlert(),
): Promise<DeliveryOutcome> {
  return novuChannel({ ...options(), ...changed }).deliver(alert, HERE);
}

/** The SDK and the wire as they are, to the sandbox's Novu. */
describe('novuChannel', () => {
  it('triggers the workflow for the team, with the alert id as transaction id and its idempotency key', async () => {
    const recipients = [
      { kind: 'subscriber', id: 'soc' },
      { kind: 'email', address: 'soc@example.com' },
      { kind: 'topic', key: 'security' },
    ] as const;
    const alert = outgoingAlert();
    expect(await deliver({ recipients }, alert)).toEqual({ status: 'delivered' });
    expect(sandbox.triggers).toEqual([
      expect.objectContaining({
        name: 'security-alert',
        to: [
          { subscriberId: 'soc' },
          { subscriberId: 'soc@example.com', email: 'soc@example.com' },
          { type: 'Topic', topicKey: 'security' },
        ],
        payload: alert.payload,
        transactionId: alert.id,
        idempotencyKey: alert.idempotencyKey,
      }),
    ]);
    expect(sandbox.calls('novu')).toMatchObject([{ path: '/v1/events/trigger', isKeyValid: true }]);
  });

  it('triggers the workflow for users to the user alone', async () => {
    await deliver({ userWorkflowId: 'our-question' }, outgoingAlert({ audience: 'user' }));
    expect(sandbox.triggers).toMatchObject([{ name: 'our-question', to: { subscriberId: 'user-42' } }]);
    const nobody = { ...outgoingAlert({ audience: 'user' }), userId: undefined };
    expect(await deliver({}, nobody)).toMatchObject({ status: 'refused', isMisconfigured: false });
    expect(sandbox.triggers).toHaveLength(1);
  });

  it('sends the same alert twice as one event', async () => {
    for (let time = 1; time <= 2; time += 1) expect(await deliver()).toEqual({ status: 'delivered' });
    expect([sandbox.requestCount('novu'), sandbox.triggers.length]).toEqual([2, 1]);
  });

  it('takes a success that the SDK does not know for one', async () => {
    expect(await deliver({ workflowId: 'newer-workflow' })).toEqual({ status: 'delivered' });
  });

  it.each([
    ['inactive-workflow', 'trigger_not_active'],
    ['inactive-steps-workflow', 'no_workflow_active_steps_defined'],
    ['empty-workflow', 'no_workflow_steps_defined'],
    ['tenant-workflow', 'no_tenant_found'],
    ['erring-workflow', 'error'],
    ['unknown-workflow', '422'],
  ])('is refused until the settings change by %s, and says %s', async (workflowId, said) => {
    const reason: unknown = expect.stringContaining(said);
    expect(await deliver({ workflowId })).toEqual({ status: 'refused', reason, isMisconfigured: true });
  });

  it('tells a wrong id of one user from wrong settings', async () => {
    const alert = { ...outgoingAlert({ audience: 'user' }), userId: 'no such id' };
    expect(await deliver({}, alert)).toMatchObject({ status: 'refused', isMisconfigured: false });
    const recipients = [{ kind: 'subscriber', id: 'no such id' }] as const;
    expect(await deliver({ recipients }, outgoingAlert({ keyGeneration: 1 }))).toMatchObject({
      status: 'refused',
      isMisconfigured: true,
    });
  });

  it.each([
    ['wrong-key', '401'],
    ['spent-key', '402'],
  ])('is refused with %s', async (secretKey, said) => {
    const reason: unknown = expect.stringContaining(said);
    expect(await deliver({ secretKey })).toEqual({ status: 'refused', reason, isMisconfigured: true });
  });

  it.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 503 },
    { kind: 'refuse' },
    { kind: 'html' },
    { kind: 'empty' },
    { kind: 'redirect' },
    { kind: 'reset' },
    { kind: 'truncated' },
    { kind: 'huge', megabytes: 1 },
    { kind: 'gzip-bomb', megabytes: 10 },
  ] as const)('fails for now by %j, and delivers once when Novu is well', async (fault) => {
    sandbox.setFault('novu', fault);
    const outcome = await deliver();
    expect(outcome.status).toBe('failed');
    sandbox.setFault('novu', undefined);
    const keyGeneration = fault.kind === 'status' && fault.status === 500 ? 1 : 0;
    expect(await deliver({}, outgoingAlert({ keyGeneration }))).toEqual({ status: 'delivered' });
    expect([sandbox.triggers.length, sandbox.redirectHits]).toEqual([1, 0]);
  });

  it('asks once, however Novu fails', async () => {
    sandbox.setFault('novu', { kind: 'rate-limited', retryAfterSeconds: 30 });
    expect(await deliver()).toEqual({ status: 'failed', reason: 'Novu answered 429.', retryAfterMs: 30_000 });
    expect(sandbox.requestCount('novu')).toBe(1);
  });

  it('ends a call to a Novu that hangs', async () => {
    sandbox.setFault('novu', { kind: 'hang' });
    const abort = new AbortController();
    const delivery = novuChannel(options()).deliver(outgoingAlert(), abort.signal);
    await eventually(() => {
      expect(sandbox.requestCount('novu')).toBe(1);
    });
    abort.abort();
    expect((await delivery).status).toBe('failed');
  });

  it('says that a key is used up by a failure that Novu keeps, by one that it repeats, and by another body', async () => {
    sandbox.setFault('novu', { kind: 'status', status: 500, times: 1 });
    for (let time = 1; time <= 2; time += 1) {
      expect(await deliver()).toMatchObject({ status: 'failed', isKeySpent: true });
    }
    const other = { ...outgoingAlert(), payload: { ...outgoingAlert().payload, count: 13 } };
    expect(await deliver({}, other)).toMatchObject({ status: 'failed', isKeySpent: true });
    expect(await deliver({}, { ...other, idempotencyKey: 'another' })).toEqual({ status: 'delivered' });
  });

  it('keeps the key where nothing kept the failure, and where the first request is still under way', async () => {
    sandbox.setFault('novu', { kind: 'status', status: 503, times: 1 });
    expect(await deliver()).not.toHaveProperty('isKeySpent');
    const underWay = { 'idempotency-key': 'k', 'retry-after': '1' };
    const fetch = (): Promise<Response> => Promise.resolve(Response.json({}, { status: 409, headers: underWay }));
    expect(await deliver({ fetch })).toEqual({ status: 'failed', reason: 'Novu answered 409.', retryAfterMs: 1000 });
  });

  it('says so too of a refusal that Novu repeats after it was put right', async () => {
    expect(await deliver({ workflowId: 'inactive-workflow' })).toMatchObject({ status: 'refused' });
    expect(await deliver({ workflowId: 'inactive-workflow' })).toMatchObject({ status: 'failed', isKeySpent: true });
  });

  it.each<[string, Partial<NovuChannelOptions>]>([
    ['recipients', { recipients: [] }],
    ['recipients', { recipients: Array.from({ length: 101 }, (_, id) => ({ kind: 'subscriber', id: `s${id}` })) }],
    ['NOVU_SECRET_KEY', { secretKey: 'two words' }],
    ['NOVU_SERVER_URL', { serverUrl: 'http://api.novu.co' }],
    ['NOVU_SERVER_URL', { serverUrl: 'https://user:word@novu.example.com' }],
  ])('refuses settings that cannot be meant, and names %s', (named, changed) => {
    const make = (): unknown => novuChannel({ ...options(), ...changed });
    expect(make).toThrow(InvalidConfigurationError);
    expect(make).toThrow(named);
  });
});
