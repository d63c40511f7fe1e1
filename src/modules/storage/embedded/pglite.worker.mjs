// @ts-check
// Postgres in a thread of its own, so that no statement holds up the requests. Plain JavaScript, since Node.js runs this
// file as it is, also where the sources are compiled on the way.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

if (parentPort === null) throw new Error('This file is the entry of a worker.');
const port = parentPort;
const database = await PGlite.create({
  dataDir: workerData.dataDirectory,
  startParams: [
    ...PGlite.defaultStartParams,
    // The usual 128 MB would be this process's. The system keeps the files in memory by itself.
    ...['-c', 'shared_buffers=16MB'],
    // Nothing runs in the background here, so this is also the most that is read again after a crash.
    ...['-c', 'max_wal_size=64MB', '-c', 'min_wal_size=32MB'],
  ],
});
port.postMessage('ready');

port.on('message', (turn) => {
  if (turn === 'close') {
    void database.close().then(() => process.exit(0));
    return;
  }
  const answer = database.execProtocolRawSync(turn);
  port.postMessage(answer, [/** @type {ArrayBuffer} */ (answer.buffer)]);
});
