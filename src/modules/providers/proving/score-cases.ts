import assert from 'node:assert/strict';
import type { IpIntelligenceProvider } from '../ip-intelligence-provider.js';
import { isProviderScore } from '../provider-score.js';
import { Bench } from './contract-bench.js';
import type { ContractCase, ContractSubject } from './contract-subject.js';
import { soundAnswer } from './sound-answer.js';

/** What a provider with a score of its own promises. */
export function scoreCases(subject: ContractSubject, { scorecard }: IpIntelligenceProvider): readonly ContractCase[] {
  if (scorecard === undefined) return [];
  return [
    { promise: 'has a scorecard whose bands ascend from 0 to the strictest', run: () => hasSaneBands(subject) },
    { promise: 'scores in whole points, each with a reason, on the card it shows', run: () => scoresByCard(subject) },
  ];
}

function hasSaneBands(subject: ContractSubject): Promise<void> {
  return Bench.use(subject, ({ provider: { scorecard } }) => {
    assert.ok(isProviderScore({ card: scorecard, rows: [] }), 'its bands do not ascend from 0, each one stricter');
    assert.ok(
      scorecard?.bands.every(({ label }) => typeof label === 'string' && label.trim() !== ''),
      'a band has no label',
    );
    const points = scorecard?.claimedCountryDiffers ?? 0;
    assert.ok(points >= 0 && points <= 100, `claimedCountryDiffers adds ${points} points`);
    return Promise.resolve();
  });
}

async function scoresByCard(subject: ContractSubject): Promise<void> {
  await Bench.use(subject, async (bench) => {
    const { score } = soundAnswer(await bench.lookup(), bench.provider.id);
    if (score === undefined) return;
    assert.deepEqual(score.card, bench.provider.scorecard, 'the answer is scored on another card');
    for (const { code, points, detail } of score.rows) {
      assert.match(code, /^\S+$/, `the code "${code}" is empty or has blanks`);
      assert.match(detail, /^[^\p{Cc}\u2028\u2029]+$/u, `the detail of ${code} is empty or more than one line`);
      assert.ok(Math.abs(points) <= 100, `${code} has ${points} points on a scale of 100`);
    }
  });
}
