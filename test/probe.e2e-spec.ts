import { ServiceApp } from './support/service-app.js';
import { writeFileSync } from 'node:fs';
it('p', async () => {
  const out: string[] = [];
  const t = Date.now();
  const s = await ServiceApp.start({ apiKeys: [] });
  out.push(`start ${Date.now() - t}`);
  const log = (n: string, a: any) => out.push(`${n}: ${a.status} ${JSON.stringify(a.headers)} ${a.text.slice(0, 3500)}`);
  for (const ip of ['8.8.8.8', '1.1.1.1', '10.0.0.1', '::ffff:8.8.8.8', '64:ff9b::8.8.8.8', '8.8.8.8/../check', '']) log(ip, await s.http.post('/v1/ips/risk', { ip_address: ip }));
  const bodies: [string, any][] = [['unknown', { ip_address: '8.8.8.8', nope: 1 }], ['number', { ip_address: 5 }], ['arr', { ip_address: ['8.8.8.8'] }], ['nul', { ip_address: null }], ['obj', {ip_address: {}}],
   ['broken', '{"ip_address": '], ['array', []], ['null', 'null'], ['num','5'], ['str','"8.8.8.8"'], ['empty', ''], ['proto', '{"ip_address":"8.8.8.8","__proto__":{"x":1}}'], ['ctor', '{"ip_address":"8.8.8.8","constructor":{"prototype":{"x":1}}}'], ['ctor2', '{"ip_address":"8.8.8.8","constructor":1}'],
   ['huge', { ip_address: 'x'.repeat(70_000) }], ['policy', { ip_address: '8.8.8.8', policy: 'constructor' }], ['toString', '{"ip_address":"8.8.8.8","toString":1}'], ['country', {ip_address:'8.8.8.8', claimed_country: 'USA'}], ['deep', '['.repeat(20000) + ']'.repeat(20000)], ['hasOwnProperty', '{"ip_address":"8.8.8.8","hasOwnProperty":1}'], ['then','{"ip_address":"8.8.8.8","then":1}'], ['nul user', {ip_address:'8.8.8.8', user_id: null}], ['two','{"ip_address":"8.8.8.8","ip_address":"1.1.1.1"}']];
  for (const [n, b] of bodies) log(n, await s.http.call('/v1/ips/risk', { method: 'POST', body: b, headers: typeof b === 'string' ? [['content-type', 'application/json']] : [] }));
  log('text/plain', await s.http.call('/v1/ips/risk', { method: 'POST', body: '{"ip_address":"8.8.8.8"}', headers: [['content-type', 'text/plain']] }));
  log('form', await s.http.call('/v1/ips/risk', { method: 'POST', body: 'ip_address=8.8.8.8', headers: [['content-type', 'application/x-www-form-urlencoded']] }));
  log('no ct', await s.http.call('/v1/ips/risk', { method: 'POST', body: '{"ip_address":"8.8.8.8"}' }));
  log('no body', await s.http.call('/v1/ips/risk', { method: 'POST' }));
  log('bad ct', await s.http.call('/v1/ips/risk', { method: 'POST', body: 'x', headers: [['content-type', ';;;']] }));
  log('utf16', await s.http.call('/v1/ips/risk', { method: 'POST', body: '{"ip_address":"8.8.8.8"}', headers: [['content-type', 'application/json; charset=utf-16']] }));
  log('gzip', await s.http.call('/v1/ips/risk', { method: 'POST', body: '{"ip_address":"8.8.8.8"}', headers: [['content-type', 'application/json'],['content-encoding','gzip']] }));
  log('fs', await s.http.call('/v1/fraud-score'));
  log('fs2', await s.http.from('8.8.8.8', '/v1/fraud-score'));
  log('fs3', await s.http.from('8.8.8.8', '/v1/fraud-score', { headers: [['accept', 'application/json']] }));
  log('fs4', await s.http.call('/v1/fraud-score', { headers: [['accept', 'application/json']] }));
  for (const p of ['/health/live', '/health/ready', '/docs', '/docs-json', '/nope', '/v1/ips/risk', '/%', '/%ff', '/v1/ips/risk?%', '/v1/ips/risk/', '//', '/docs/../../etc/passwd', '/docs/nope']) log(p, await s.http.call(p));
  for (const m of ['PUT','OPTIONS','DELETE','HEAD','PROPFIND']) log(m, await s.http.call('/v1/ips/risk', {method: m}));
  writeFileSync('/tmp/e2e-work/probe.txt', out.join('\n\n'));
  await s.close();
}, 60000);
