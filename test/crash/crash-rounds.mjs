// The rounds of one store: a writer, a crash, and every ten rounds a look at what is in the store.
import { setTimeout as wait } from 'node:timers/promises';
import { WriterSession } from './writer-session.mjs';

const ROUNDS_PER_CHECK = 10;
/** Kills before the store was ever open, one after the other. */
const MOST_FIRST_OPENINGS = 5;
/** Milliseconds from the first acknowledged write of a round to its crash. */
const WRITING_MS = [50, 500];

const between = ([least, most]) => Math.round(least + Math.random() * (most - least));

/**
 * @param store what is crashed: its `kills` are the ways to do it, in turn; `writer` is the writing process itself.
 * @param load what is written, and how the store is held against what was acknowledged.
 */
export async function playRounds({ store, load, rounds, report }) {
  const session = new WriterSession(store, load);
  report.begin(store.name, load.what, rounds);
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (let opening = 0; opening < openingsBefore(round, rounds); opening += 1) {
        report.opening(await session.killWhileOpening(between(store.openingMs(round === 0))));
      }
      report.round(await crashOnce(store, session, round));
      if ((round + 1) % ROUNDS_PER_CHECK === 0 || round + 1 === rounds) report.check(await session.check());
    }
  } finally {
    await session.stop();
  }
  report.end(session.journal.acknowledged.size);
}

function openingsBefore(round, rounds) {
  if (round === 0) return Math.min(MOST_FIRST_OPENINGS, Math.ceil(rounds / 3));
  return round % ROUNDS_PER_CHECK === 0 ? 1 : 0;
}

async function crashOnce(store, session, round) {
  const kill = store.kills[round % store.kills.length];
  const openMs = await session.open();
  const { writer } = session;
  const before = session.journal.acknowledged.size;
  await writer.acknowledgedMore();
  const afterMs = between(WRITING_MS);
  await wait(afterMs);
  const result = { round: round + 1, kill, afterMs, openMs };
  if (kill === 'writer') await session.killWriter();
  else Object.assign(result, await crashStore(store, writer, kill));
  return { ...result, acknowledged: session.journal.acknowledged.size - before };
}

/** The writer lives on, and goes on once the store is back. */
async function crashStore(store, writer, kill) {
  const failuresBefore = writer.failures;
  await store.crash(kill);
  const began = performance.now();
  await writer.failed(failuresBefore);
  await store.recover(kill);
  const recoveredAt = performance.now();
  await writer.acknowledgedMore();
  const now = performance.now();
  return { downMs: recoveredAt - began, backMs: now - recoveredAt, failures: writer.failures - failuresBefore };
}
