import { byTime } from './login-order.js';
import type { TravelPoint } from './travel-point.js';
import {
  horizonMs,
  isComparable,
  isImpossible,
  isOutOfReach,
  MOST_POINTS,
  tripBetween,
  windowBefore,
  type ComparablePoint,
} from './travel-rules.js';
import type { TravelFinding, TravelLimits } from './travel-verdict.js';

/** How one login changes the findings of its user's history. */
export interface FindingsChange {
  readonly found: TravelFinding[];
  /** What it undid. A finding that starts from another login now is withdrawn, and found again from there. */
  readonly withdrawn: TravelFinding[];
}

/** All findings of a history, in order of time, whatever order it is given in. */
export function findingsIn(history: readonly TravelPoint[], limits: TravelLimits): TravelFinding[] {
  const points = history.filter(isComparable).sort(byTime);
  return points.flatMap((login, index) => {
    const finding = findingAt(points.slice(Math.max(0, index - MOST_POINTS), index), login, limits);
    return finding === undefined ? [] : [finding];
  });
}

/**
 * What recording `login` changes: exactly `findingsIn` of the user's whole history with it less those without it,
 * however long that is.
 *
 * Whether a login is a finding depends on its window alone, the last 50 comparable logins before it within the horizon.
 * So a change can only be at `login` itself and at later ones with `login` in their window: of these there are 50 at
 * most, all within the horizon of `login`. And with 50 known before `login`, the window of each of them is known whole,
 * with `login` and without.
 *
 * @param before the last 50 comparable logins before `login`, at any age, in the order of `byTime`
 * @param after the next 50 comparable logins after it within the horizon, in that order
 */
export function findingsAround(
  before: readonly TravelPoint[],
  login: TravelPoint,
  after: readonly TravelPoint[],
  limits: TravelLimits,
): FindingsChange {
  if (!isComparable(login)) return { found: [], withdrawn: [] };
  const earlier = before.filter(isComparable);
  const until = login.ts + horizonMs(limits);
  const later = after.filter(isComparable).filter(({ ts }) => ts <= until);
  const own = findingAt(earlier, login, limits);
  const found = own === undefined ? [] : [own];
  const withdrawn: TravelFinding[] = [];
  for (const [index, point] of later.slice(0, MOST_POINTS).entries()) {
    const between = later.slice(0, index);
    const was = findingAt([...earlier, ...between], point, limits);
    const is = findingAt([...earlier, login, ...between], point, limits);
    if (was?.from.eventId === is?.from.eventId) continue;
    if (was !== undefined) withdrawn.push(was);
    if (is !== undefined) found.push(is);
  }
  return { found, withdrawn };
}

/**
 * The finding that `login` is, if it is one: out of reach from the anchor, and from every earlier outlier too. An
 * outlier that it can be reached from is where its trip was found already.
 */
function findingAt(
  before: readonly ComparablePoint[],
  login: ComparablePoint,
  limits: TravelLimits,
): TravelFinding | undefined {
  const { anchors, outliers } = windowBefore(before, login, limits);
  const anchor = anchors.at(-1);
  if (anchor === undefined || !isOutOfReach(anchors, login, limits)) return undefined;
  if (outliers.some((outlier) => !isImpossible(outlier, login, limits))) return undefined;
  return { from: anchor, to: login, ...tripBetween(anchor, login) };
}
