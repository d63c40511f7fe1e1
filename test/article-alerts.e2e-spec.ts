import { parsePolicies } from 'nestjs-ip-risk';
import { VendorVariables } from '../src/common/config/vendor-variables.js';
import { SecretText } from '../src/common/secrets/secret-text.js';
import { POLICY_SET } from '../src/modules/policy/policy-file.js';
import { SandboxServer } from '../src/sandbox/sandbox-server.js';
import { DATABASE, type Database } from '../src/modules/storage/database.js';
import { DATABASES, dispose } from './support/databases.js';
import { eventually } from './support/eventually.js';
import { ServiceApp } from './support/service-app.js';

const TOR_EXIT = '185.220.101.1';
const PROXY = '73.162.104.19';
const HOUSEHOLD = '91.128.103.196';

/** The article's table, its two bands, and an alert from Moderate on. */
const POLICIES = `
default: article
policies:
  article:
    scorecard: ipstack
    thresholds: { monitor: 30, challenge: 60, block: never }
    onUnavailable: allow
    alertFrom: medium
`;

describe('the IPstack article from end to end', () => {
  let sandbox: SandboxServer;
  let database: Database;
  let service: ServiceApp;

  beforeAll(async () => {
    sandbox = await SandboxServer.start();
    [database] = (await Promise.all(DATABASES.slice(0, 1).map(({ create }) => create()))) as [Database];
    service = await ServiceApp.start(
      {
        decisionLog: 'batched',
        providers: ['ipstack'],
        vendorVariables: new VendorVariables({
          IPSTACK_ACCESS_KEY: 'sandbox',
          IPSTACK_BASE_URL: sandbox.baseUrls.ipstack,
        }),
        hashKey: new SecretText('a-hash-key-of-the-test'),
        alerts: {
          destination: {
            kind: 'novu',
            secretKey: new SecretText('sandbox'),
            workflowId: 'security-alert',
            userWorkflowId: 'was-this-you',
            serverUrl: sandbox.baseUrls.novu,
            recipients: 'subscriber:soc,email:soc@example.com',
          },
          publicUrl: 'https://risk.example.com',
          windowMs: 300_000,
          capPerHour: 60,
          groupBy: ['user', 'prefix', 'policy'],
          asksUsers: false,
        },
      },
      (builder) =>
        builder
          .overrideProvider(POLICY_SET)
          .useValue(parsePolicies(POLICIES, 'the policies of the article'))
          .overrideProvider(DATABASE)
          .useValue(database),
    );
  }, 60_000);

  afterAll(async () => {
    await service.close();
    await sandbox.close();
    await dispose(database);
  });

  it('tells Novu of the Tor exit and of the proxy, once each, and of nobody else', async () => {
    const scoreOf = async (client: string): Promise<string> =>
      (await service.http.from(client, '/v1/fraud-score')).text;
    expect([await scoreOf(TOR_EXIT), await scoreOf(PROXY), await scoreOf(HOUSEHOLD)]).toEqual([
      'High',
      'Moderate',
      'Low',
    ]);
    await eventually(() => {
      expect(sandbox.triggers).toHaveLength(2);
    });
    const sent = [...sandbox.triggers].sort((a, b) => scoreIn(b) - scoreIn(a));
    expect(sent).toMatchObject([
      { name: 'security-alert', payload: { kind: 'risk', ip: TOR_EXIT, severity: 'high', count: 1 } },
      { name: 'security-alert', payload: { kind: 'risk', ip: PROXY, severity: 'medium', count: 1 } },
    ]);
    for (const trigger of sent) {
      expect(trigger.to).toEqual([
        { subscriberId: 'soc' },
        { subscriberId: 'soc@example.com', email: 'soc@example.com' },
      ]);
      const payload = trigger.payload as Record<string, unknown>;
      expect([trigger.transactionId, trigger.idempotencyKey]).toEqual([payload['alert_id'], payload['alert_id']]);
      expect(payload['reasons']).not.toEqual([]);
      expect(payload['decision_url']).toMatch(/^https:\/\/risk\.example\.com\/v1\/decisions\/[a-z0-9]{24}$/);
      const id = String(payload['decision_url']).split('/').at(-1) ?? '';
      const { status, json } = await service.http.call(`/v1/decisions/${id}`);
      expect([status, json.ip_address]).toEqual([200, payload['ip']]);
    }
    // Once more is the same alert's next event, which waits for the digest.
    await scoreOf(TOR_EXIT);
    const { json } = await service.http.call('/v1/alerts/summary');
    expect(json).toMatchObject({ delivered: 2, dead: 0 });
    expect(sandbox.triggers).toHaveLength(2);
  });
});

function scoreIn({ payload }: { readonly payload: unknown }): number {
  return (payload as { readonly score: number }).score;
}
