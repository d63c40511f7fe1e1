/** The middle value. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

/** Runs each contestant once a round, in turn, so that noise on the machine meets all of them alike. */
export async function sideBySide(rounds, contestants) {
  const results = Object.fromEntries(Object.keys(contestants).map((name) => [name, []]));
  for (let round = -1; round < rounds; round += 1) {
    const names = Object.keys(contestants);
    if (round % 2 === 0) names.reverse();
    for (const name of names) {
      const value = await contestants[name]();
      // Round -1 warms up.
      if (round >= 0) results[name].push(value);
    }
  }
  return results;
}

/** Median of the ratios taken within each round, with the extremes. */
export function ratio(numerators, denominators) {
  const ratios = numerators.map((value, index) => value / denominators[index]);
  return { ratio: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) };
}

export function show(label, { ratio: value, least, most }, goal) {
  const verdict = goal === undefined ? '' : judge(value >= goal, `goal >= ${goal.toFixed(2)}`);
  console.log(`${label.padEnd(64)} ${value.toFixed(2)}  [${least.toFixed(2)}-${most.toFixed(2)}]${verdict}`);
}

/** Says whether a goal is met; one that is not fails the run. */
export function judge(isMet, goal) {
  if (!isMet) process.exitCode = 1;
  return `  (${goal}: ${isMet ? 'met' : 'NOT MET'})`;
}
