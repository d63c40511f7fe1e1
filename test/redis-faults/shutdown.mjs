// A process that is asked to end does so, whatever Redis is doing and whoever is being answered.
import { setTimeout as wait } from 'node:timers/promises';
import { freshAddress } from '../faults/clients.mjs';

export const MOST_SHUTDOWN_MS = 10_000;
const UNDER_WAY = 20;
/** For the requests to be on their way to Redis. */
const ON_THE_WAY_MS = 10;

/** @returns milliseconds, and what was wrong. */
export async function shutDown(stage, service, fault, moment) {
  const { redis } = stage;
  if (moment === 'at boot') await redis.ask('begin', { fault });
  const instance = await service.start('app', false);
  if (moment === 'mid-load') await redis.ask('begin', { fault });
  const answers = Array.from({ length: UNDER_WAY }, () => instance.ask(freshAddress(), 'api'));
  await wait(ON_THE_WAY_MS);
  const startedAt = performance.now();
  const timer = setTimeout(() => instance.child.end('SIGKILL'), MOST_SHUTDOWN_MS);
  const [code] = await Promise.all([instance.child.end(), ...answers]);
  clearTimeout(timer);
  const ms = performance.now() - startedAt;
  await redis.ask('end', { fault });
  return { fault, moment, ms, violations: code === 0 ? [] : [`it ended with ${code} after ${Math.round(ms)} ms`] };
}
