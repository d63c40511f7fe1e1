// A guarded route with a cached address against an Express application wired as ipgeolocation's tutorial describes, which
// asks Redis about every request.
import { createServer } from 'node:http';
import { hasRedis, startRedis } from './redis-process.mjs';
import { load, startServer } from './server-process.mjs';
import { median, ratio, show, sideBySide } from './side-by-side.mjs';

const ROUNDS = 9;
const GOALS = { fastify: 4, express: 1 };

/** What the tutorial shows as an answer, of an address that is let through. */
const ANSWER = JSON.stringify({
  ip: '8.8.8.8',
  security: {
    threat_score: 5,
    is_tor: false,
    is_proxy: false,
    proxy_provider_names: [],
    proxy_confidence_score: 0,
    proxy_last_seen: '',
    is_residential_proxy: false,
    is_vpn: false,
    vpn_provider_names: [],
    vpn_confidence_score: 0,
    vpn_last_seen: '',
    is_relay: false,
    relay_provider_name: '',
    is_anonymous: false,
    is_known_attacker: false,
    is_bot: false,
    is_spam: false,
    is_cloud_provider: true,
    cloud_provider_name: 'Google LLC',
  },
});

/** @returns its URL, how often it was asked, and what ends it. */
const startVendor = () =>
  new Promise((resolve) => {
    let asked = 0;
    const server = createServer((request, response) => {
      asked += 1;
      response.writeHead(200, { 'content-type': 'application/json' }).end(ANSWER);
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      resolve({ url: `http://127.0.0.1:${port}/v3/security`, asked: () => asked, stop: () => server.close() });
    });
  });

export async function benchTutorial() {
  if (!hasRedis('tutorial')) return;
  const [redis, vendor] = await Promise.all([startRedis(), startVendor()]);
  const servers = {
    tutorial: await startServer('tutorial-server.mjs', [redis.url, vendor.url]),
    fastify: await startServer('guarded-server.mjs', ['fastify', 'ip-risk']),
    express: await startServer('guarded-server.mjs', ['express', 'ip-risk']),
  };
  // So that all its requests are hits, as they are with us.
  await fetch(`http://127.0.0.1:${servers.tutorial.port}/hit`, { headers: { 'x-forwarded-for': '8.8.8.8' } });
  // One after the other: the tutorial's application shares its work with Redis, which takes a processor of its own.
  const rounds = await sideBySide(
    ROUNDS,
    Object.fromEntries(Object.entries(servers).map(([name, server]) => [name, () => load(server)])),
  );
  for (const { child } of Object.values(servers)) child.kill();
  await redis.stop();
  vendor.stop();
  if (vendor.asked() !== 1) throw new Error(`the tutorial's application asked the vendor ${vendor.asked()} times`);
  const of = (name, unit) => rounds[name].map((round) => round[unit]);
  for (const [adapter, goal] of Object.entries(GOALS)) {
    show(
      `guarded on ${adapter} / tutorial's Express, requests/s`,
      ratio(of(adapter, 'perSecond'), of('tutorial', 'perSecond')),
      goal,
    );
    show(
      "the same for each second of the server's CPU, without Redis's",
      ratio(of(adapter, 'perCpuSecond'), of('tutorial', 'perCpuSecond')),
    );
  }
  const medians = Object.keys(servers).map((name) => `${name} ${Math.round(median(of(name, 'perSecond')))}/s`);
  console.log(`    medians: ${medians.join(', ')}`);
}
