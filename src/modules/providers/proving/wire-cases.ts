import assert from 'node:assert/strict';
import type { IpAddress } from '../../../common/ip/ip-address.js';
import { Bench, CONTRACT_BASE_URL, CONTRACT_KEY } from './contract-bench.js';
import type { ContractCase, VendorSubject } from './contract-subject.js';
import type { Reply, SentRequest } from './contract-wire.js';
import { holdsKey } from './key-traces.js';
import { refusal } from './sound-answer.js';

const ELSEWHERE = 'https://elsewhere.example/';

/** What a vendor's provider promises about the requests it sends. */
export function wireCases(subject: VendorSubject): readonly ContractCase[] {
  return [
    { promise: 'asks nobody until it is asked, nor for its health', run: () => isQuiet(subject) },
    { promise: 'sends an address in its canonical text only', run: () => sendsCanonicalText(subject) },
    { promise: 'sends its key nowhere but to its base URL', run: () => sendsKeyHome(subject) },
    { promise: 'follows no redirect', run: () => followsNoRedirect(subject) },
  ];
}

function isQuiet(subject: VendorSubject): Promise<void> {
  return Bench.use(subject, async (bench) => {
    bench.provider.health();
    await bench.idle();
    assert.deepEqual(sentTo(bench), [], 'it asks before the first lookup');
    await bench.lookup();
    const asked = bench.wire.requests.length;
    bench.provider.health();
    await bench.idle();
    assert.equal(bench.wire.requests.length, asked, 'its health report asks');
  });
}

function sendsCanonicalText(subject: VendorSubject): Promise<void> {
  return Bench.use(subject, async (bench) => {
    for (const address of [bench.ipv4, bench.ipv6]) {
      const before = bench.wire.requests.length;
      await bench.lookup(address);
      const sent = bench.wire.requests.slice(before).map(textOf);
      assert.ok(
        sent.some((text) => text.includes(address.text)),
        `no request names ${address.text}`,
      );
      for (const spelling of otherSpellingsOf(address)) {
        assert.ok(!sent.some((text) => text.includes(spelling)), `${address.text} is sent as ${spelling}`);
      }
    }
  });
}

/** The first request's failure is one that a provider may want to tell somebody about. */
async function sendsKeyHome(subject: VendorSubject): Promise<void> {
  const { key = CONTRACT_KEY, baseUrl = CONTRACT_BASE_URL } = subject;
  const failing: Reply = () => new Response('{}', { status: 500, headers: { 'content-type': 'application/json' } });
  for (const reply of [undefined, failing]) {
    await Bench.use(
      subject,
      async (bench) => {
        await bench.lookup();
        const away = bench.wire.requests.filter(({ url }) => !isBelow(url, baseUrl));
        const told = away.find((request) => holdsKey(textOf(request), key));
        assert.equal(told?.url.origin, undefined, 'the key is sent to somebody else');
      },
      reply,
    );
  }
}

async function followsNoRedirect(subject: VendorSubject): Promise<void> {
  for (const status of [301, 302, 303, 307, 308]) {
    const redirecting: Reply = (request, good) =>
      request.url.href.startsWith(ELSEWHERE)
        ? good()
        : new Response(null, { status, headers: { location: `${ELSEWHERE}${request.url.search}` } });
    await Bench.use(
      subject,
      async (bench) => {
        const outcome = await bench.lookup();
        const followed = bench.wire.requests.some(({ url }) => url.href.startsWith(ELSEWHERE));
        assert.ok(!followed, `it follows a redirect with ${status}`);
        refusal(outcome, bench.provider.id, `a redirect with ${status}`);
      },
      redirecting,
    );
  }
}

function isBelow(url: URL, baseUrl: string): boolean {
  const base = new URL(baseUrl);
  return url.origin === base.origin && url.pathname.startsWith(base.pathname.replace(/\/$/, ''));
}

function sentTo({ wire }: Bench): string[] {
  return wire.requests.map(({ url }) => url.origin);
}

/** All of a request that the provider chose, decoded. */
function textOf({ url, headers, body }: SentRequest): string {
  const parts = [url.pathname, ...[...url.searchParams].flat(), ...[...headers].flat(), body, url.search];
  return parts.map(decoded).join('\n');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Spellings that a vendor may read as another address, or not at all. */
function otherSpellingsOf(address: IpAddress): string[] {
  if (address.family === 4) return [`::ffff:${address.text}`, String(address.value), `0x${address.value.toString(16)}`];
  const groups = address.words.flatMap((word) => [word >>> 16, word & 0xffff]).map((group) => group.toString(16));
  const long = groups.map((group) => group.padStart(4, '0'));
  const spellings = [groups.join(':'), long.join(':'), long.join(''), `[${address.text}]`, address.text.toUpperCase()];
  return spellings.filter((spelling) => spelling !== address.text);
}
