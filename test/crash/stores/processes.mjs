// Other processes as Linux tells of them.
import { readdirSync, readFileSync } from 'node:fs';

const statusOf = (pid) => {
  try {
    // The name before it is in brackets, and may hold anything.
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
};

const titleOf = (pid) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
};

/** @param title what the command line must look like. */
export function childrenOf(parent, title = /^/) {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => statusOf(pid)?.parent === parent && title.test(titleOf(pid)));
}

/** Also when nobody has asked for its exit code yet. */
export function hasEnded(pid) {
  const state = statusOf(pid)?.state;
  return state === undefined || state === 'Z' || state === 'X';
}
