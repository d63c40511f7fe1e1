// What the fault run prints: a line for each vendor, each violation in full, and the promises with their figures.
import { nameOf } from './fault-matrix.mjs';
import { DEADLINE_MS, MOST_MS, sum } from './promises.mjs';

const MOST_RISE_MB = 32;

const NOTHING = {
  cells: 0,
  requests: 0,
  verdicts: 0,
  failedOpen: 0,
  failedClosed: 0,
  serverErrors: 0,
  ranWithoutVerdict: 0,
  providerErrors: 0,
  refused: 0,
  slowestInApp: 0,
  slowestOwn: 0,
  slowestAtClient: 0,
  loopDelay: 0,
  repeated: 0,
};

export class Report {
  #startedAt = performance.now();
  #violations = 0;
  #vendors = new Map();
  #warm;
  #end;
  #peakMb = 0;
  #canaries;
  #settings;

  constructor(settings) {
    this.#settings = settings;
    console.log(`${settings.requests} requests a cell, ${settings.adapter}, deadline ${DEADLINE_MS} ms`);
  }

  cell({ vendor, variant, mode, tally, report, repeats, violations }) {
    const so = this.#vendors.get(vendor.name) ?? NOTHING;
    const { ok = 0, ...failures } = report.lane.calls;
    this.#vendors.set(vendor.name, {
      cells: so.cells + 1,
      requests: so.requests + tally.requests,
      verdicts: so.verdicts + tally.verdicts,
      failedOpen: so.failedOpen + tally.failedOpen,
      failedClosed: so.failedClosed + tally.failedClosed,
      serverErrors: so.serverErrors + tally.serverErrors,
      ranWithoutVerdict: so.ranWithoutVerdict + (mode === 'closed' ? tally.failedOpen : 0),
      providerErrors: so.providerErrors + sum(failures),
      refused: so.refused + sum(report.lane.refused),
      slowestInApp: Math.max(so.slowestInApp, report.slowestMs),
      slowestOwn: Math.max(so.slowestOwn, report.slowestOwnMs),
      slowestAtClient: Math.max(so.slowestAtClient, tally.slowestMs),
      loopDelay: Math.max(so.loopDelay, report.loopDelayMs),
      repeated: so.repeated + repeats,
    });
    const place = `${vendor.name}, ${nameOf(variant)}, ${mode}`;
    for (const violation of violations) this.#violate(`${place}: ${violation}`);
  }

  vendor({ name }, { rssMb, peakRssMb, heapMb }) {
    const so = this.#vendors.get(name);
    this.#peakMb = Math.max(this.#peakMb, peakRssMb);
    console.log(
      `${name.padEnd(15)} ${so.cells} cells: ${so.verdicts} verdicts, ${so.failedOpen} failed open, ` +
        `${so.failedClosed} failed closed, ${so.providerErrors} provider errors, ${so.refused} refused; ` +
        `slowest ${Math.round(so.slowestOwn)} ms (${Math.round(so.slowestInApp)} with waiting for a processor, ${Math.round(so.slowestAtClient)} at the client), ` +
        `loop ${Math.round(so.loopDelay)} ms; RSS ${Math.round(rssMb)} MB, peak ${Math.round(peakRssMb)}, heap ${Math.round(heapMb)}`,
    );
  }

  warm(memory) {
    this.#warm = memory;
  }

  matrixEnded(memory) {
    this.#end = memory;
    const riseMb = this.#riseMb;
    if (riseMb > MOST_RISE_MB) this.#violate(`RSS rose by ${riseMb.toFixed(1)} MB, more than ${MOST_RISE_MB}`);
  }

  recovery(recoveries) {
    for (const { vendor, fault, violations } of recoveries) {
      for (const violation of violations) this.#violate(`${vendor}, recovery from ${fault}: ${violation}`);
    }
    const times = recoveries.map(({ vendor, afterMs }) => `${vendor} ${(afterMs / 1000).toFixed(1)}`);
    console.log(`verdicts again after ${recoveries[0].fault}, seconds: ${times.join(', ')}`);
  }

  canaries(canaries) {
    this.#canaries = canaries;
    for (const hit of canaries.hits) this.#violate(hit);
  }

  /** @returns true when every promise is kept. */
  summary() {
    const total = (name) => [...this.#vendors.values()].reduce((all, so) => all + so[name], 0);
    const most = (name) => Math.max(...[...this.#vendors.values()].map((so) => so[name]));
    const ms = (name) => `${most(name).toFixed(1)} ms`;
    const { hits, bytesSearched } = this.#canaries;
    console.log(
      [
        `${total('cells')} cells, ${total('requests')} requests in ${Math.round((performance.now() - this.#startedAt) / 1000)} s`,
        `server errors: ${total('serverErrors')}`,
        `handler runs of fail-closed routes without a verdict: ${total('ranWithoutVerdict')}`,
        `slowest request: ${ms('slowestOwn')} in the app (at most ${MOST_MS}), ${ms('slowestInApp')} with its waiting for a processor, ${ms('slowestAtClient')} at the client`,
        `counted alike: ${total('failedOpen')} failed open, ${total('failedClosed')} failed closed, ${total('providerErrors')} provider errors, ${total('refused')} refused`,
        `RSS after warm-up ${this.#warm.rssMb.toFixed(1)} MB, rise ${this.#riseMb.toFixed(1)} MB (at most ${MOST_RISE_MB}), peak before collection ${this.#peakMb.toFixed(1)} MB`,
        `key canaries: ${hits.length} in ${(bytesSearched / 1e6).toFixed(0)} MB of output`,
        `cells run again for a late answer: ${total('repeated')}`,
        `FAULT RUN: ${this.#violations} violations`,
      ].join('\n'),
    );
    return this.#violations === 0;
  }

  get #riseMb() {
    return this.#end.rssMb - this.#warm.rssMb;
  }

  #violate(sentence) {
    this.#violations += 1;
    console.log(`VIOLATION ${sentence}`);
  }
}
