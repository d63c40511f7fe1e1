import { findingsIn } from '../travel/travel-findings.js';
import { MOST_POINTS } from '../travel/travel-rules.js';
import type { TravelFinding, TravelLimits } from '../travel/travel-verdict.js';
import { linkedPoints } from './linked-points.js';
import type { StoredLogin } from './stored-login.js';

/**
 * The findings of a whole history that comes in pages: what a login is depends on the {@link MOST_POINTS} before it, so
 * each page is looked at with the end of the one before, and others get their turn in between.
 */
export async function findingsOfPages(
  pages: AsyncIterable<readonly StoredLogin[]>,
  limits: TravelLimits,
): Promise<TravelFinding[]> {
  const findings: TravelFinding[] = [];
  let tail: readonly StoredLogin[] = [];
  for await (const page of pages) {
    const points = linkedPoints([...tail, ...page]);
    const seen = new Set(points.slice(0, tail.length));
    findings.push(...findingsIn(points, limits).filter(({ to }) => !seen.has(to)));
    tail = [...tail, ...page].slice(-MOST_POINTS);
  }
  return findings;
}
