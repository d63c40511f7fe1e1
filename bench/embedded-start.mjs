// The embedded database: the first start, which creates it, and later ones, each until it answered a query.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, median } from './side-by-side.mjs';

const LATER_STARTS = 9;
const MOST_MS = 1_000;
const line = (label, text) => console.log(label.padEnd(64), text);

async function start(directory) {
  const child = fork(join(import.meta.dirname, 'database-process.mjs'), [directory]);
  const ended = once(child, 'exit');
  const told = once(child, 'message');
  const [figures] = await Promise.race([
    told,
    ended.then(([code]) => Promise.reject(new Error(`it ended with ${code}`))),
  ]);
  await ended;
  return figures;
}

export async function benchEmbeddedStart() {
  const directory = mkdtempSync(join(tmpdir(), 'ip-risk-bench-embedded-'));
  try {
    const first = await start(directory);
    const later = [];
    for (let index = 0; index < LATER_STARTS; index += 1) later.push(await start(directory));
    const times = later.map(({ openMs }) => openMs);
    const range = `[${Math.round(Math.min(...times))}-${Math.round(Math.max(...times))}]`;
    line('embedded database, first start until it answers, ms', Math.round(first.openMs));
    line(
      'embedded database, later starts until it answers, ms',
      `${Math.round(median(times))}  ${range}${judge(median(times) <= MOST_MS, `goal <= ${MOST_MS}`)}`,
    );
    const of = (name) => Math.round(median(later.map((figures) => figures[name])));
    console.log(`    CPU ${of('cpuMs')} ms; RSS ${of('rssBefore')} MB before, ${of('rssAfter')} MB with it`);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
