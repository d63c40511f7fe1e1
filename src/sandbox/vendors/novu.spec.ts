import { HttpClient, type Answer, type Call } from '../../../test/support/http-client.js';
import { SandboxServer } from '../sandbox-server.js';

let sandbox: SandboxServer;
let http: HttpClient;

beforeAll(async () => {
  sandbox = await SandboxServer.start();
  http = new HttpClient(sandbox.url);
});
beforeEach(() => {
  sandbox.reset();
});
afterAll(async () => {
  http.close();
  await sandbox.close();
});

const EVENT = { name: 'security-alert', to: { subscriberId: 'soc' }, payload: { ip: '8.8.8.8' } };
const send = (body: object, headers: NonNullable<Call['headers']> = [], path = ''): Promise<Answer> =>
  http.post(`/novu/v1/events/trigger${path}`, body, [['authorization', 'ApiKey k'], ...headers]);

describe('Novu', () => {
  it('takes an event and remembers it', async () => {
    const { status, json, headers } = await send({ ...EVENT, transactionId: 'tx1' });
    expect([status, json.data]).toEqual([201, { acknowledged: true, status: 'processed', transactionId: 'tx1' }]);
    expect(headers).toMatchObject({ 'ratelimit-limit': '60' });
    expect(sandbox.triggers).toMatchObject([{ ...EVENT, transactionId: 'tx1', status: 'processed' }]);
  });

  it('makes a transaction id where none is given', async () => {
    const first = await send(EVENT);
    const second = await send(EVENT);
    expect(first.json.data.transactionId).toMatch(/^txn_/);
    expect(second.json.data.transactionId).not.toBe(first.json.data.transactionId);
  });

  it('replays the answer to a repeated idempotency key, and sends once', async () => {
    const key = [['idempotency-key', 'one']] as const;
    const first = await send(EVENT, key);
    const second = await send(EVENT, key);
    expect([second.status, second.json]).toEqual([201, first.json]);
    expect([first.headers['idempotency-replay'], second.headers['idempotency-replay']]).toEqual([undefined, 'true']);
    expect(sandbox.triggers).toHaveLength(1);
    expect((await send({ ...EVENT, name: 'other' }, key)).status).toBe(422);
    expect((await send(EVENT, [['idempotency-key', 'x'.repeat(256)]])).status).toBe(400);
  });

  it('takes up to 100 events at once, all or none', async () => {
    const events = Array.from({ length: 100 }, () => EVENT);
    const { status, json } = await send({ events }, [], '/bulk');
    expect([status, json.data.length, sandbox.triggers.length]).toEqual([201, 100, 100]);
    expect((await send({ events: [...events, EVENT] }, [], '/bulk')).status).toBe(422);
    expect((await send({ events: [EVENT, {}] }, [], '/bulk')).status).toBe(422);
    expect(sandbox.triggers).toHaveLength(100);
  });

  it('accepts an event of a workflow that is switched off, and says so', async () => {
    const { status, json } = await send({ ...EVENT, name: 'inactive-workflow' });
    expect([status, json.data.status]).toEqual([201, 'trigger_not_active']);
  });

  it.each([
    ['inactive-steps-workflow', 'soc', 'no_workflow_active_steps_defined'],
    ['tenant-workflow', 'soc', 'no_tenant_found'],
    ['erring-workflow', 'soc', 'error'],
    ['newer-workflow', 'soc', 'scheduled'],
    ['security-alert', 'no such id', 'invalid_recipients'],
    ['security-alert', ['no such id', { subscriberId: 'a@b.example' }], 'processed'],
  ])('answers to an event of %s for %j in a 201 that says %s', async (name, to, said) => {
    const { status, json } = await send({ ...EVENT, name, to });
    expect([status, json.data.status]).toEqual([201, said]);
  });

  it('keeps a 500 under its idempotency key when it is well again, and a 503 not', async () => {
    const [first, second] = ['one', 'two'].map((key) => [['idempotency-key', key]] as const);
    sandbox.setFault('novu', { kind: 'status', status: 500, times: 1 });
    expect((await send(EVENT, first)).status).toBe(500);
    sandbox.setFault('novu', { kind: 'status', status: 503, times: 1 });
    expect((await send(EVENT, second)).status).toBe(503);
    const again = await send(EVENT, first);
    expect([again.status, again.headers['idempotency-replay']]).toEqual([500, 'true']);
    expect((await send(EVENT, second)).status).toBe(201);
    expect(sandbox.triggers).toHaveLength(1);
  });

  it.each([
    [422, { to: 'soc' }],
    [422, { name: 'security-alert' }],
    [422, { name: 'security-alert', to: [] }],
    [422, { name: 'security-alert', to: Array.from({ length: 101 }, () => 'soc') }],
    [422, { name: 'security-alert', to: 'soc', payload: 'text' }],
    [422, { name: 'unknown-workflow', to: 'soc' }],
    [400, []],
  ])('refuses with %d the event %j', async (status, event) => {
    const answer = await send(event);
    expect(answer.json).toMatchObject({ statusCode: status, path: '/v1/events/trigger' });
    expect([answer.status, sandbox.triggers]).toEqual([status, []]);
  });

  it.each([
    [401, ''],
    [401, 'Bearer k'],
    [401, 'ApiKey wrong-key'],
    [402, 'ApiKey spent-key'],
  ])('refuses with %d the authorization "%s"', async (status, authorization) => {
    const { status: answered } = await http.post('/novu/v1/events/trigger', EVENT, [['authorization', authorization]]);
    expect(answered).toBe(status);
  });
});
