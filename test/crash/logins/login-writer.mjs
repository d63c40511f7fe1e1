// The process that is killed: records planned logins as fast as it can, and says what was acknowledged (writer-process.mjs
// has the lines). What cannot be written now is tried again until it can; the end of its input ends it in good order.
import { setTimeout as wait } from 'node:timers/promises';
import { parseIpAddress } from '../../../dist/common/ip/ip-address.js';
import { geoVelocity } from './geo-velocity.mjs';
import { plannedLogin } from './planned-login.mjs';

const PAUSE_MS = 10;

const { database: options, base, batch, lanes, again } = JSON.parse(process.argv[2]);
const say = (line) => process.stdout.write(`${line}\n`);
let isEnding = false;
process.stdin.resume().once('end', () => (isEnding = true));

const began = performance.now();
const { database, service } = geoVelocity(options);
await database.open();
await database.query('SELECT 1');
say(`ready ${performance.now() - began}`);

let number = -1;
const next = () => again.pop() ?? `${batch}-${(number += 1)}`;

async function record(id) {
  const { userId, ts, ip, place, eventId } = plannedLogin(id, base);
  for (;;) {
    try {
      const { isDuplicate } = await service.record({ userId, ts, eventId, place, address: parseIpAddress(ip) });
      return say(`ok ${id} ${isDuplicate ? 1 : 0}`);
    } catch (error) {
      if (error.code !== 'STORAGE_UNAVAILABLE') return say(`odd ${id}: ${error.code ?? ''} ${error.message}`);
      say('down');
      await wait(PAUSE_MS);
    }
  }
}

async function lane() {
  while (!isEnding) await record(next());
}

await Promise.all(Array.from({ length: lanes }, lane));
await database.close();
