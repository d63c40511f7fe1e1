// A server in a process of its own, and the load on it.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import autocannon from 'autocannon';

/** Starts a file of this folder, which tells its port, and its CPU seconds whenever it is asked. */
export const startServer = (file, args, env = {}) =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, file), args, { env: { ...process.env, ...env } });
    child.once('message', (port) => resolve({ child, port }));
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${file} ended with ${code}`)));
  });

const cpuSeconds = ({ child }) =>
  new Promise((resolve) => {
    child.once('message', resolve);
    child.send('cpu');
  });

/** Requests a second, and requests for each second of the server's own CPU, which a slow client cannot hide. */
export const load = async (server, addresses = ['8.8.8.8']) => {
  const before = await cpuSeconds(server);
  const { requests, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${server.port}/hit`,
    connections: 32,
    duration: 2,
    requests: addresses.map((address) => ({ headers: { 'x-forwarded-for': address } })),
  });
  if (non2xx + errors > 0) throw new Error(`${non2xx} answers that are not 2xx, ${errors} errors`);
  return { perSecond: requests.average, perCpuSecond: requests.total / ((await cpuSeconds(server)) - before) };
};
